package dev.nettystreams.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Transports of a program's tests, around the one in memory. */
@Timeout(20)
class WrappedTransportTest {
    private final ManualLoop loop = new ManualLoop();

    private MemoryPair pair(MemoryOptions options) {
        return MemoryStreams.pair(loop, StreamLimits.DEFAULT, options);
    }

    /** Loses its third write, and tells. */
    private static final class FailingTransport extends ForwardingTransport {
        private @Nullable TransportEvents events;
        private int writes;

        FailingTransport(Transport target) {
            super(target);
        }

        @Override
        public void start(TransportEvents streams, int highMarkBytes, int lowMarkBytes) {
            events = streams;
            super.start(streams, highMarkBytes, lowMarkBytes);
        }

        @Override
        public void write(byte[] source, int offset, int byteCount) {
            if (++writes == 3) {
                loop().execute(() -> Objects.requireNonNull(events).outputFailed(new IOException("the disk is full")));
            } else {
                super.write(source, offset, byteCount);
            }
        }
    }

    @Test
    void transportThatFailsItsThirdWrite_failsTheWriter_andLaterWrites() {
        MemoryPair pair = pair(MemoryOptions.DEFAULT.withNearTransport(FailingTransport::new));
        loop.runReady();
        for (String text : new String[] {"one ", "two ", "three"}) {
            loop.run(() -> pair.near().writer().write(text.getBytes(UTF_8)));
        }
        CompletableFuture<Void> flushed = pair.near().writer().flush();
        loop.runReady();
        assertThatThrownBy(flushed::join)
                .hasCauseInstanceOf(StreamBrokenException.class)
                .hasRootCauseMessage("the disk is full");
        CompletableFuture<byte[]> received = pair.far().reader().read(99);
        loop.runReady();
        assertThat(received.join()).asString(UTF_8).isEqualTo("one two ");
        pair.near().abort();
        loop.runReady();
    }

    /** Holds its writes back until it is told to release them. */
    private static final class HoldingTransport extends ForwardingTransport {
        private final ArrayDeque<Runnable> held = new ArrayDeque<>();
        private boolean isHolding = true;

        HoldingTransport(Transport target) {
            super(target);
        }

        private void pass(Runnable call) {
            if (isHolding) {
                held.add(call);
            } else {
                call.run();
            }
        }

        @Override
        public void write(byte[] source, int offset, int byteCount) {
            byte[] copy = Arrays.copyOfRange(source, offset, offset + byteCount);
            pass(() -> super.write(copy, 0, byteCount));
        }

        @Override
        public void writeOwned(ByteBuffer source) {
            pass(() -> super.writeOwned(source));
        }

        @Override
        public void flush() {
            pass(super::flush);
        }

        @Override
        public void notifyFlushed(long ticket) {
            pass(() -> super.notifyFlushed(ticket));
        }

        void release() {
            loop().execute(() -> {
                isHolding = false;
                for (Runnable call; (call = held.poll()) != null; ) {
                    call.run();
                }
            });
        }
    }

    @Test
    void transportThatHoldsBytesBack_letsThemGoWhenTold() {
        HoldingTransport[] holding = new HoldingTransport[1];
        MemoryPair pair =
                pair(MemoryOptions.DEFAULT.withFarTransport(inMemory -> holding[0] = new HoldingTransport(inMemory)));
        CompletableFuture<byte[]> line = pair.near().reader().readLine();
        pair.far().writer().write("late\n".getBytes(UTF_8));
        CompletableFuture<Void> flushed = pair.far().writer().flush();
        loop.runReady();
        assertThat(line).isNotDone();
        assertThat(flushed).isNotDone();
        holding[0].release();
        loop.runReady();
        assertThat(line.join()).asString(UTF_8).isEqualTo("late\n");
        assertThat(flushed).isCompleted();
        assertThat(pair.near().reader().atEof()).isFalse();
    }

    @Test
    void wrapper_isPartOfTheOptions_andMayNotReturnNull() {
        MemoryOptions wrapped = MemoryOptions.DEFAULT.withNearTransport(HoldingTransport::new);
        assertThat(wrapped)
                .isNotEqualTo(MemoryOptions.DEFAULT)
                .hasToString("MemoryOptions[capacity=65536 bytes, chunks=16384 bytes, canWriteEof=true, wrapped]");
        assertThat(wrapped.withChunks(1).withCapacity(9).withoutHalfClose())
                .asString()
                .endsWith(", wrapped]");
        assertThatNullPointerException()
                .isThrownBy(() -> pair(MemoryOptions.DEFAULT.withFarTransport(inMemory -> null)))
                .withMessageContaining("far transport");
    }
}
