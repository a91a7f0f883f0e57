package dev.nettystreams.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SignatureException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the path from a certificate towards its root, from certificates in any order. Files assembled by hand contain
 * a certificate twice, a root before its intermediate, or a certificate of another server. OpenSSL sends all of them,
 * and clients find the path themselves. The JDK's key stores accept only a path.
 */
final class CertificatePath {
    private CertificatePath() {}

    /**
     * Follows the issuers, by name and by signature. Among several issuers it takes the first that is valid now, or
     * else the first. If an older root has also certified a root, the file may hold both certificates of that root. The
     * one issued by the older root is taken before the self-signed one: peers that know only the older root need it,
     * and the others have the root already.
     *
     * @param certificates the certificates, the leaf first
     * @return the leaf, its issuer, and so on, as far as the certificates allow; ends with a root if they contain it
     */
    static List<X509Certificate> of(List<X509Certificate> certificates) {
        List<X509Certificate> path = new ArrayList<>();
        X509Certificate next = certificates.isEmpty() ? null : certificates.get(0);
        while (next != null) {
            path.add(next);
            next = isRoot(next) ? null : issuerOf(next, certificates, path);
        }
        return List.copyOf(path);
    }

    private static boolean isRoot(X509Certificate certificate) {
        return isIssuedBy(certificate, certificate);
    }

    private static @Nullable X509Certificate issuerOf(
            X509Certificate certificate, List<X509Certificate> candidates, List<X509Certificate> path) {
        X509Certificate best = null;
        for (X509Certificate candidate : candidates) {
            if (!path.contains(candidate)
                    && isIssuedBy(certificate, candidate)
                    && (best == null || rank(candidate) > rank(best))) {
                best = candidate;
            }
        }
        return best;
    }

    private static int rank(X509Certificate issuer) {
        return !isValidNow(issuer) ? 0 : isRoot(issuer) ? 1 : 2;
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (InvalidKeyException | SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            return true; // by name only: the peer may know an algorithm that this JDK lacks
        }
    }

    private static boolean isValidNow(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }
}
