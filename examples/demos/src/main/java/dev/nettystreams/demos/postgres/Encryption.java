package dev.nettystreams.demos.postgres;

import dev.nettystreams.TlsUpgrade;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * PostgreSQL's own STARTTLS.
 *
 * <pre>
 *   SSLRequest --- 'S', and nothing behind it ---> handshake ---> SECURED
 *              \-- 'S' and more ------------------> refused by startTls: somebody put words in (CVE-2021-23222)
 *              \-- 'N' --- if that was allowed ---> IN CLEAR
 *              \-- anything else -----------------> refused
 * </pre>
 *
 * Nothing but the request is sent before that is decided: no user, no password.
 */
final class Encryption {
    private Encryption() {}

    static void agree(Wire wire, TlsUpgrade tls, boolean allowsPlaintext)
            throws IOException, InterruptedException, TimeoutException {
        char answer = wire.ask(FrontendMessages.sslRequest());
        switch (answer) {
            case 'S' -> wire.secure(tls);
            case 'N' -> {
                if (!allowsPlaintext) {
                    throw new IOException("the server offers no TLS; --allow-plaintext goes on without");
                }
            }
            // Its text came in clear, from anybody, and is not shown (CVE-2024-10977).
            case 'E' ->
                throw new IOException("the server answered the request for TLS with an error, whose text is not"
                        + " shown, for it came in clear: see the server's log");
            default -> throw new ProtocolException("answer " + (int) answer + " to the request for TLS");
        }
    }
}
