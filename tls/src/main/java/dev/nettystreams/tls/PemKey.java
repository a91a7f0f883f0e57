package dev.nettystreams.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;

/**
 * A key and its certificates from PEM files (RFC 7468). Both may be in one file, along with other blocks. Keys are in
 * PKCS #8 or in OpenSSL's older encodings (PKCS #1 for RSA, SEC 1 for EC).
 */
record PemKey(PrivateKey privateKey, List<X509Certificate> chain) {
    /** The JDK's name for keys restricted to RSASSA-PSS (RFC 4055 section 1.2). */
    static final String PSS = "RSASSA-PSS";

    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", PSS);
    private static final PSSParameterSpec SHA256_PSS =
            new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1);
    private static final byte[] PROBE = {1, 2, 3, 4};

    static PemKey read(Path certificateChain, Path privateKey) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = PemFile.read(certificateChain).certificates();
        PrivateKey key = readKey(PemFile.read(privateKey));
        if (!isOf(certificates.get(0).getPublicKey(), key, privateKey)) {
            throw new InvalidKeyException("the key in " + privateKey + " is not that of the first certificate in "
                    + certificateChain + ": " + certificates.get(0).getSubjectX500Principal()
                    + ofAnother(certificates, key, privateKey));
        }
        return new PemKey(key, CertificatePath.of(certificates));
    }

    private static String ofAnother(List<X509Certificate> certificates, PrivateKey key, Path file)
            throws GeneralSecurityException {
        for (int i = 1; i < certificates.size(); i++) {
            if (isOf(certificates.get(i).getPublicKey(), key, file)) {
                return "; it is that of certificate " + (i + 1) + ", which must be the first: "
                        + certificates.get(i).getSubjectX500Principal();
            }
        }
        return "";
    }

    private static PrivateKey readKey(PemFile file) throws IOException, GeneralSecurityException {
        for (PemFile.Block block : file.blocks()) {
            boolean isEncrypted = block.text().contains("ENCRYPTED"); // older encodings say it in a header (RFC 1421)
            switch (isEncrypted ? "ENCRYPTED PRIVATE KEY" : block.label()) {
                case "PRIVATE KEY" -> {
                    return key(file.decoded(block), file.path());
                }
                case "RSA PRIVATE KEY" -> {
                    return key(Pkcs8.ofRsa(file.decoded(block)), file.path());
                }
                case "EC PRIVATE KEY" -> {
                    return key(ofEc(file, block), file.path());
                }
                case "ENCRYPTED PRIVATE KEY" ->
                    throw new IOException("the key is encrypted, and a password cannot be given: " + file.path());
                default -> {} // a certificate, EC PARAMETERS
            }
        }
        throw new IOException("no PRIVATE KEY (PEM, not encrypted) in " + file.path());
    }

    private static byte[] ofEc(PemFile file, PemFile.Block block) throws IOException, GeneralSecurityException {
        try {
            return Pkcs8.ofEc(file.decoded(block));
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeySpecException(file.path() + " has " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(byte[] pkcs8, Path file) throws GeneralSecurityException {
        InvalidKeySpecException failure =
                new InvalidKeySpecException("the key in " + file + " is none of " + ALGORITHMS + ", or damaged");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException | NoSuchAlgorithmException e) { // a small runtime may lack curves
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    private static boolean isOf(PublicKey certified, PrivateKey key, Path file) throws GeneralSecurityException {
        try {
            return isOf(certified, key);
        } catch (GeneralSecurityException e) { // such as a curve that this JDK has no signatures for
            throw new InvalidKeyException("the key in " + file + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static boolean isOf(PublicKey certified, PrivateKey key) throws GeneralSecurityException {
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        Signature signature = signatureFor(key);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(PROBE);
        return signature.verify(signed);
    }

    private static Signature signatureFor(PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "EC" -> "SHA256withECDSA";
                    case "RSA" -> "SHA256withRSA";
                    default -> key.getAlgorithm();
                });
        if (key.getAlgorithm().equals(PSS)) {
            signature.setParameter(((RSAKey) key).getParams() instanceof PSSParameterSpec own ? own : SHA256_PSS);
        }
        return signature;
    }
}
