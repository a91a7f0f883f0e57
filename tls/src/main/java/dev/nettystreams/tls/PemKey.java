package dev.nettystreams.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key and its certificates out of PEM files (RFC 7468), which may be one file, with other things in it: keys are PKCS #8, or as OpenSSL
 * wrote them before (PKCS #1 for RSA, SEC 1 for EC).
 */
record PemKey(PrivateKey privateKey, List<X509Certificate> chain) {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");
    private static final byte[] PROBE = {1, 2, 3, 4};

    static PemKey read(Path certificateChain, Path privateKey) throws IOException, GeneralSecurityException {
        List<X509Certificate> chain = readChain(certificateChain);
        PrivateKey key = readKey(privateKey);
        if (!isOf(chain.get(0).getPublicKey(), key)) {
            throw new InvalidKeyException("the key in " + privateKey + " is not that of the first certificate in "
                    + certificateChain + ": " + chain.get(0).getSubjectX500Principal());
        }
        return new PemKey(key, chain);
    }

    private static List<X509Certificate> readChain(Path file) throws IOException, GeneralSecurityException {
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        List<X509Certificate> chain = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(file, ISO_8859_1));
        while (block.find()) {
            if (block.group(1).equals("CERTIFICATE")) {
                byte[] encoded = decoded(block);
                chain.add((X509Certificate) certificates.generateCertificate(new ByteArrayInputStream(encoded)));
            }
        }
        if (chain.isEmpty()) {
            throw new IOException("no CERTIFICATE (PEM) in " + file);
        }
        return chain;
    }

    private static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
        Matcher block = BLOCK.matcher(Files.readString(file, ISO_8859_1));
        while (block.find()) {
            switch (block.group(1)) {
                case "PRIVATE KEY" -> {
                    return key(decoded(block), file);
                }
                case "RSA PRIVATE KEY" -> {
                    return key(Pkcs8.ofRsa(decoded(block)), file);
                }
                case "EC PRIVATE KEY" -> {
                    return key(Pkcs8.ofEc(decoded(block)), file);
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException("the key is encrypted, and a password cannot be given: " + file);
                default -> {} // a certificate, EC PARAMETERS
            }
        }
        throw new IOException("no PRIVATE KEY (PEM, not encrypted) in " + file);
    }

    private static byte[] decoded(Matcher block) {
        return Base64.getMimeDecoder().decode(block.group(2));
    }

    private static PrivateKey key(byte[] pkcs8, Path file) throws GeneralSecurityException {
        InvalidKeySpecException failure = new InvalidKeySpecException("neither of " + ALGORITHMS + ": " + file);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    private static boolean isOf(PublicKey certified, PrivateKey key) throws GeneralSecurityException {
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                });
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(PROBE);
        return signature.verify(signed);
    }
}
