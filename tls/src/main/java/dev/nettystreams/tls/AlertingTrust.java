package dev.nettystreams.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A trust manager whose refusals tell BoringSSL which alert to send to the peer. For most exceptions Netty reports an
 * unspecified failure, which BoringSSL sends as {@code internal_error}, as if the fault were on our side.
 *
 * <p>The alerts are those of the JDK's engine, except for an unknown root, for which the JDK sends
 * {@code certificate_unknown}.
 */
final class AlertingTrust extends X509ExtendedTrustManager {
    /** {@code unknown_ca}. */
    private static final int UNKNOWN_ROOT = CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;

    /** {@code certificate_unknown}, RFC 8446's "some other (unspecified) issue". */
    private static final int OTHER = CertificateVerifier.X509_V_ERR_INVALID_EXTENSION;

    private static final Map<Reason, Integer> CODES = Map.of(
            BasicReason.EXPIRED, CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED,
            BasicReason.NOT_YET_VALID, CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID, // certificate_expired
            BasicReason.REVOKED, CertificateVerifier.X509_V_ERR_CERT_REVOKED,
            BasicReason.INVALID_SIGNATURE, CertificateVerifier.X509_V_ERR_CERT_REJECTED, // bad_certificate
            BasicReason.ALGORITHM_CONSTRAINED,
                    CertificateVerifier.X509_V_ERR_INVALID_PURPOSE, // unsupported_certificate
            PKIXReason.NO_TRUST_ANCHOR, UNKNOWN_ROOT);

    private final X509ExtendedTrustManager trust;

    AlertingTrust(X509ExtendedTrustManager trust) {
        this.trust = trust;
    }

    /** One method of the wrapped trust manager. */
    @FunctionalInterface
    private interface Check {
        void run() throws CertificateException;
    }

    private static void alerting(Check check) throws CertificateException {
        try {
            check.run();
        } catch (OpenSslCertificateException e) {
            throw e;
        } catch (CertificateException e) {
            throw new OpenSslCertificateException("certificate not trusted: " + e.getMessage(), e, codeOf(e));
        }
    }

    private static int codeOf(Throwable refusal) {
        boolean isWithoutPath = false;
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathValidatorException invalid) {
                return CODES.getOrDefault(invalid.getReason(), OTHER);
            }
            isWithoutPath |= cause instanceof CertPathBuilderException;
        }
        return isWithoutPath ? UNKNOWN_ROOT : OTHER;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        alerting(() -> trust.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        alerting(() -> trust.checkServerTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        alerting(() -> trust.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        alerting(() -> trust.checkServerTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        alerting(() -> trust.checkClientTrusted(chain, authType));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        alerting(() -> trust.checkServerTrusted(chain, authType));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
