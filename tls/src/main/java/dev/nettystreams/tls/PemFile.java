package dev.nettystreams.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a PEM file (RFC 7468), with text in between, as OpenSSL reads it. Every exception names the file: a
 * server has several, and the log may be the only place where its operator sees the failure.
 */
record PemFile(Path path, List<Block> blocks) {
    /** A certificate followed by the uses that it is trusted for (OpenSSL's {@code x509 -trustout}). */
    static final String TRUSTED_CERTIFICATE = "TRUSTED CERTIFICATE";

    private static final Set<String> CERTIFICATES = Set.of("CERTIFICATE", "X509 CERTIFICATE", TRUSTED_CERTIFICATE);

    /**
     * The start of a block, at the start of a line, so that a commented-out block does not count. Also accepted: blanks
     * or a byte order mark before it, and a preceding END line whose file lacked a final line break.
     */
    private static final Pattern BEGIN =
            Pattern.compile("(?m)(?:^(?:\u00ef\u00bb\u00bf)?[ \\t]*+|(?<=-----))-----BEGIN ([A-Z0-9 ]+)-----");

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /**
     * One block.
     *
     * @param label such as {@code CERTIFICATE}
     * @param text everything between the block's first and last line
     */
    record Block(String label, String text) {}

    /**
     * A certificate with the trust in its block.
     *
     * @param certificate the certificate
     * @param trust the uses that it is trusted for, if the file lists them
     */
    record Certified(X509Certificate certificate, CertificateTrust trust) {}

    static PemFile read(Path path) throws IOException {
        String text;
        try {
            text = Files.readString(path, ISO_8859_1);
        } catch (IOException e) {
            throw new IOException(path + " cannot be read: " + e, e);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int at = 0;
        while (begin.find(at)) {
            String label = begin.group(1);
            int end = text.indexOf("-----END " + label + "-----", begin.end());
            if (end < 0) {
                throw new IOException("a " + label + " has no END in " + path);
            }
            blocks.add(new Block(label, text.substring(begin.end(), end)));
            at = end;
        }
        return new PemFile(path, blocks);
    }

    List<X509Certificate> certificates() throws IOException, GeneralSecurityException {
        return certified().stream().map(Certified::certificate).toList();
    }

    /** Returns one or more certificates, in the file's order. */
    List<Certified> certified() throws IOException, GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<Certified> certified = new ArrayList<>();
        for (Block block : blocks) {
            if (CERTIFICATES.contains(block.label())) {
                certified.add(certified(factory, block, certified.size() + 1));
            }
        }
        if (certified.isEmpty()) {
            throw new IOException("no CERTIFICATE (PEM) in " + path);
        }
        return certified;
    }

    private Certified certified(CertificateFactory factory, Block block, int number)
            throws IOException, GeneralSecurityException {
        ByteArrayInputStream der = new ByteArrayInputStream(decoded(block));
        try {
            X509Certificate certificate = (X509Certificate) factory.generateCertificate(der);
            return new Certified(
                    certificate,
                    block.label().equals(TRUSTED_CERTIFICATE)
                            ? CertificateTrust.of(der.readAllBytes())
                            : CertificateTrust.UNSAID);
        } catch (CertificateException | IndexOutOfBoundsException e) {
            throw new CertificateException(
                    "certificate " + number + " (" + block.label() + ") in " + path + " is damaged: " + e, e);
        }
    }

    /** Decodes a block, which must not be encrypted. */
    byte[] decoded(Block block) throws IOException {
        try {
            return Base64.getDecoder().decode(BLANKS.matcher(block.text()).replaceAll(""));
        } catch (IllegalArgumentException e) {
            throw new IOException("a " + block.label() + " in " + path + " is damaged: " + e.getMessage(), e);
        }
    }
}
