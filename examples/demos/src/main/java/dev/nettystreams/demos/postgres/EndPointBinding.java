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
 * The channel binding {@code tls-server-end-point} (RFC 5929 section 4): a hash of the server's certificate, with the
 * hash function of the certificate's signature.
 *
 * <p>For a signature without a hash function of its own, such as Ed25519, the binding is undefined. This class then
 * fails instead of allowing a login without binding: otherwise the owner of the certificate, possibly an attacker,
 * would decide whether there is a binding.
 */
final class EndPointBinding {
    /** The name of RSASSA-PSS, and its OID, for JDKs without the name. */
    private static final Set<String> PSS = Set.of("RSASSA-PSS", "1.2.840.113549.1.1.10");

    /** {@code SHA256withRSA}, {@code SHA512/256withRSA}, {@code SHA3-256withECDSA}, {@code MD5withRSA}. */
    private static final Pattern HASH_AND_SIGNATURE = Pattern.compile("(.+?)WITH.+");

    /** RFC 5929 section 4.1 replaces these two. */
    private static final Set<String> BROKEN_HASHES = Set.of("MD5", "SHA-1");

    private EndPointBinding() {}

    static byte[] of(X509Certificate certificate) throws IOException {
        try {
            return MessageDigest.getInstance(hashOf(certificate)).digest(certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "the login cannot be bound to the server's certificate: its signature algorithm is "
                            + Printable.of(certificate.getSigAlgName()) + ", which names no supported hash function",
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
