package dev.nettystreams.demos.postgres;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The channel binding {@code tls-server-end-point} (RFC 5929 section 4): a hash of the server's certificate, by the
 * hash function of the certificate's signature.
 *
 * <p>A signature without a hash function of its own, such as Ed25519's, leaves the binding undefined. That is a failure
 * and not a login without binding: the certificate's owner, who may be somebody in between, would decide whether there
 * is one.
 */
final class EndPointBinding {
    /** Its name, and its number where the JDK has no name for it. */
    private static final Set<String> PSS = Set.of("RSASSA-PSS", "1.2.840.113549.1.1.10");

    /** {@code SHA256withRSA}, {@code SHA512/256withRSA}, {@code SHA3-256withECDSA}, {@code MD5withRSA}. */
    private static final Pattern HASH_AND_SIGNATURE = Pattern.compile("(.+?)WITH.+");

    /** RFC 5929 section 4.1: these two are replaced. */
    private static final Set<String> BROKEN_HASHES = Set.of("MD5", "SHA-1");

    private EndPointBinding() {}

    static byte[] of(X509Certificate certificate) throws IOException {
        try {
            return MessageDigest.getInstance(hashOf(certificate)).digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the login cannot be bound to the server's certificate: its signature algorithm is "
                            + Printable.of(certificate.getSigAlgName()) + ", which names no hash function known here",
                    e);
        }
    }

    private static String hashOf(X509Certificate certificate) throws GeneralSecurityException, IOException {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (PSS.contains(algorithm)) {
            return unlessBroken(hashOfPss(certificate.getSigAlgParams()));
        }
        Matcher parts = HASH_AND_SIGNATURE.matcher(algorithm);
        if (!parts.matches()) {
            throw new GeneralSecurityException("no hash function in " + algorithm);
        }
        return unlessBroken(parts.group(1).replaceFirst("^SHA(?=[0-9])(?!3-)", "SHA-"));
    }

    private static String hashOfPss(byte @Nullable [] encoded) throws GeneralSecurityException, IOException {
        if (encoded == null) {
            return PSSParameterSpec.DEFAULT.getDigestAlgorithm();
        }
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
        parameters.init(encoded);
        return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    }

    private static String unlessBroken(String hash) {
        return BROKEN_HASHES.contains(hash) ? "SHA-256" : hash;
    }
}
