package dev.nettystreams.demos.postgres;

import dev.nettystreams.TlsUpgrade;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/**
 * PostgreSQL's own STARTTLS.
 *
 * <pre>
 *   SSLRequest --- 'S', and nothing after it ----> handshake ---> SECURED
 *              \-- 'S' and more ------------------> refused by startTls: injected plaintext (CVE-2021-23222)
 *              \-- 'N' --- if that was allowed ---> PLAINTEXT
 *              \-- anything else -----------------> refused
 * </pre>
 *
 * Nothing but the request is sent before the decision: no user, no password.
 */
final class Encryption {
    private Encryption() {}

    static void agree(MessageStream messages, TlsUpgrade tls, boolean allowsPlaintext)
            throws IOException, InterruptedException, TimeoutException {
        char answer = messages.ask(FrontendMessages.sslRequest());
        switch (answer) {
            case 'S' -> messages.secure(tls);
            case 'N' -> {
                if (!allowsPlaintext) {
                    throw new IOException("the server offers no TLS; --allow-plaintext goes on without");
                }
            }
            // Anyone could have sent this plaintext, so it is not shown (CVE-2024-10977).
            case 'E' ->
                throw new IOException("the server answered the request for TLS with an error, whose text is not"
                        + " shown because it came in plaintext: see the server's log");
            default -> throw new BackendProtocolException("answer " + (int) answer + " to the request for TLS");
        }
    }
}
