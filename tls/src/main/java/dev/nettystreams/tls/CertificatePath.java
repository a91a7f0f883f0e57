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
 * The path from a certificate towards its root, out of certificates in any order. Files that people have put together
 * have a certificate twice, a root before its intermediate, or one of another server; OpenSSL sends all of it, and
 * clients find their way. The JDK's key stores take a path alone.
 */
final class CertificatePath {
    private CertificatePath() {}

    /**
     * Follows the issuers: by name, and by their signature. Of several it takes the first that is valid now, or else
     * the first. A root that an older one has certified, too, is there twice: the older one's certificate is taken
     * before its own, which says nothing to those who do not know it, and which the others have.
     *
     * @param certificates the leaf first
     * @return the leaf, its issuer, and so on, as far as they are there; a root, if it was among them
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
            return true; // by its name: the peer may know an algorithm that this JDK does not
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
