package dev.nettystreams;

import java.security.cert.Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a handshake has agreed on.
 *
 * @param protocol the version, such as {@code TLSv1.3}
 * @param cipherSuite by its name in the JDK, such as {@code TLS_AES_128_GCM_SHA256}
 * @param applicationProtocol what ALPN has chosen (RFC 7301), null if nothing
 * @param serverName the host name that the client asked for (SNI, RFC 6066 section 3), as it wrote it: perhaps with an underscore or a dot
 *     at the end; null if it asked for none, or in anything but printable ASCII
 * @param peerCertificates the peer's chain, its own certificate first; empty if it has shown none
 * @param isReused whether it resumes an earlier session
 */
public record TlsSession(
        String protocol,
        String cipherSuite,
        @Nullable String applicationProtocol,
        @Nullable String serverName,
        List<Certificate> peerCertificates,
        boolean isReused) {
    /**
     * Copies the chain.
     *
     * @param protocol the version
     * @param cipherSuite its name
     * @param applicationProtocol may be null
     * @param serverName may be null
     * @param peerCertificates may be empty
     * @param isReused whether it resumes an earlier session
     */
    public TlsSession {
        peerCertificates = List.copyOf(peerCertificates);
    }
}
