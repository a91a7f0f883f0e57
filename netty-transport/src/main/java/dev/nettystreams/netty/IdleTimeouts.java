package dev.nettystreams.netty;

import dev.nettystreams.spi.IdleWatch;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.spi.TransportEvents;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may make no progress, and the watches that hold it to that.
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

    /** Returns a watch for each timeout, which has not started. */
    List<IdleWatch> watches(
            Loop loop, ChannelInput input, ChannelOutput output, TransportEvents events, ChannelEnd end) {
        List<IdleWatch> watches = new ArrayList<>(0);
        if (reading != null) {
            watches.add(readWatch(reading, loop, input, events, end));
        }
        if (writing != null) {
            watches.add(writeWatch(writing, loop, output, end));
        }
        return watches;
    }

    private static IdleWatch readWatch(
            Duration timeout, Loop loop, ChannelInput input, TransportEvents events, ChannelEnd end) {
        return new IdleWatch(
                loop,
                timeout,
                () -> input.isReading() && events.isAwaitingInput(),
                input::receivedByteCount,
                () -> end.onException(new SocketTimeoutException(
                        "no bytes received within " + Timeouts.toText(timeout) + ", the read idle timeout")));
    }

    /** Aborts: the bytes in the system's buffer would wait for this peer, too. */
    private static IdleWatch writeWatch(Duration timeout, Loop loop, ChannelOutput output, ChannelEnd end) {
        return new IdleWatch(
                loop,
                timeout,
                () -> output.hasLostNothing() && !output.hasSentAll(),
                output::progress,
                () -> end.abortBecause(new SocketTimeoutException(
                        "the peer took no bytes within " + Timeouts.toText(timeout) + ", the write idle timeout")));
    }
}
