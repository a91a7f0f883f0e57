package dev.nettystreams;

import java.security.cert.Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters that a TLS handshake negotiated.
 *
 * @param protocol the version, such as {@code TLSv1.3}
 * @param cipherSuite the JDK's name of the cipher suite, such as {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol the protocol that ALPN selected (RFC 7301), or null if none
 * @param serverName the host name that the client asked for (SNI, RFC 6066 section 3), exactly as the client wrote it:
 *     it may contain an underscore or end with a dot; null if the client sent none, or one with characters other than
 *     printable ASCII
 * @param peerCertificates the peer's certificate chain, its own certificate first; empty if the peer sent none
 * @param isReused whether the session resumes an earlier one
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<Certificate> peerCertificates,
        boolean isReused) {
    /**
     * Copies the certificate chain.
     *
     * @param protocol the version
     * @param cipherSuite the name of the cipher suite
     * @param applicationProtocol may be null
     * @param serverName may be null
     * @param peerCertificates may be empty
     * @param isReused whether the session resumes an earlier one
     */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }
}
