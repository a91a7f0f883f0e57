package dev.nettystreams.tls;

import dev.nettystreams.LeftoverPolicy;
import java.time.Duration;

/**
 * The policy of a TLS connection for its start and its end.
 *
 * @param leftoverPolicy the policy for unread plaintext
 * @param handshakeTimeout more than zero
 * @param acceptsTruncation whether a FIN without close_notify counts as a clean end
 */
record ConnectionPolicy(LeftoverPolicy leftoverPolicy, Duration handshakeTimeout, boolean acceptsTruncation) {
    /** asyncio's default. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

    static final ConnectionPolicy OF_CLIENTS = new ConnectionPolicy(LeftoverPolicy.REFUSE, HANDSHAKE_TIMEOUT, false);
    static final ConnectionPolicy OF_SERVERS = new ConnectionPolicy(LeftoverPolicy.HAND_OVER, HANDSHAKE_TIMEOUT, false);

    ConnectionPolicy {
        if (handshakeTimeout.isNegative() || handshakeTimeout.isZero()) {
            throw new IllegalArgumentException("handshakeTimeout <= 0: " + handshakeTimeout);
        }
    }

    ConnectionPolicy withLeftoverPolicy(LeftoverPolicy policy) {
        return new ConnectionPolicy(policy, handshakeTimeout, acceptsTruncation);
    }

    ConnectionPolicy withHandshakeTimeout(Duration timeout) {
        return new ConnectionPolicy(leftoverPolicy, timeout, acceptsTruncation);
    }

    ConnectionPolicy acceptingTruncation() {
        return new ConnectionPolicy(leftoverPolicy, handshakeTimeout, true);
    }
}
