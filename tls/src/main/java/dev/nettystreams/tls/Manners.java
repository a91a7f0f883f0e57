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
record Manners(LeftoverPolicy leftoverPolicy, Duration handshakeTimeout, boolean acceptsTruncation) {
    /** asyncio's default. */
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(60);

    static final Manners OF_CLIENTS = new Manners(LeftoverPolicy.REFUSE, HANDSHAKE_TIMEOUT, false);
    static final Manners OF_SERVERS = new Manners(LeftoverPolicy.HAND_OVER, HANDSHAKE_TIMEOUT, false);

    Manners {
        if (handshakeTimeout.isNegative() || handshakeTimeout.isZero()) {
            throw new IllegalArgumentException("handshakeTimeout <= 0: " + handshakeTimeout);
        }
    }

    Manners withLeftoverPolicy(LeftoverPolicy policy) {
        return new Manners(policy, handshakeTimeout, acceptsTruncation);
    }

    Manners withHandshakeTimeout(Duration timeout) {
        return new Manners(leftoverPolicy, timeout, acceptsTruncation);
    }

    Manners acceptingTruncation() {
        return new Manners(leftoverPolicy, handshakeTimeout, true);
    }
}
