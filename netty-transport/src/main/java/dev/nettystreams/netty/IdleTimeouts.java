package dev.nettystreams.netty;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may make no progress.
 *
 * @param reading the time that a read may wait without a byte arriving; null for ever
 * @param writing the time that written bytes may wait without the socket taking one; null for ever
 */
record IdleTimeouts(@Nullable Duration reading, @Nullable Duration writing) {
    static final IdleTimeouts NONE = new IdleTimeouts(null, null);

    IdleTimeouts {
        requirePositive("readIdleTimeout", reading);
        requirePositive("writeIdleTimeout", writing);
    }

    private static void requirePositive(String name, @Nullable Duration timeout) {
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException(name + " <= 0: " + timeout);
        }
    }
}
