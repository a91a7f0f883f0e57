package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.spi.LoopThreads;
import dev.nettystreams.testing.ManualLoop;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Idle timeouts for reading and writing (S11): by hand over an embedded channel, then over sockets. */
@ExtendWith(NoLeaks.class)
class IdleTimeoutTest {
    /** An embedded channel takes every thread for its loop's: after a test, this thread is no loop's. */
    @AfterEach
    void leaveTheEmbeddedLoop() {
        LoopThreads.mark(new ManualLoop());
    }

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String NOTHING_RECEIVED =
            "connection lost: no bytes received within 60 s, the read idle timeout";

    /** Streams over an embedded channel, whose time stands still unless it is turned. */
    private static final class ByHand {
        /** Holds the writes back, as a peer that takes nothing. */
        private final Queue<ChannelPromise> writes = new ArrayDeque<>();

        private final EmbeddedChannel channel = new EmbeddedChannel();
        private final StreamConnection connection;

        ByHand(IdleTimeouts timeouts) throws Exception {
            channel.freezeTime();
            CompletableFuture<StreamConnection> opened = new CompletableFuture<>();
            channel.pipeline()
                    .addLast(
                            new ChannelOutboundHandlerAdapter() {
                                @Override
                                public void write(
                                        ChannelHandlerContext context, Object message, ChannelPromise promise) {
                                    io.netty.util.ReferenceCountUtil.release(message);
                                    writes.add(promise);
                                }
                            },
                            new StreamChannelHandler(
                                    StreamLimits.DEFAULT,
                                    timeouts,
                                    null,
                                    opened::complete,
                                    opened::completeExceptionally));
            channel.runPendingTasks();
            connection = get(opened);
        }

        /** Turns the time on by steps, each of which runs the timers that are due. */
        void pass(Duration time) {
            for (long millis = 0; millis < time.toMillis(); millis += 1000) {
                channel.advanceTimeBy(1, TimeUnit.SECONDS);
                channel.runPendingTasks();
                channel.runScheduledPendingTasks();
            }
        }

        void arrives(int byteCount) {
            channel.writeInbound(Unpooled.wrappedBuffer(new byte[byteCount]));
        }

        void end() {
            channel.finishAndReleaseAll();
        }
    }

    private static IdleTimeouts reading(Duration timeout) {
        return new IdleTimeouts(timeout, null);
    }

    private static IdleTimeouts writing(Duration timeout) {
        return new IdleTimeouts(null, timeout);
    }

    @Test
    void readThatWaitsTooLong_breaksTheConnection_pendingAndLaterReads() throws Exception {
        ByHand hand = new ByHand(reading(MINUTE));
        CompletableFuture<byte[]> read = hand.connection.reader().read(1);
        hand.pass(MINUTE);
        assertThat(read).isNotDone();
        hand.pass(MINUTE.dividedBy(4));
        for (CompletableFuture<byte[]> each :
                java.util.List.of(read, hand.connection.reader().read(1))) {
            assertThat(failureOf(each))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessage(NOTHING_RECEIVED)
                    .hasCauseInstanceOf(SocketTimeoutException.class);
        }
        assertThat(hand.channel.isOpen()).isFalse();
        hand.end();
    }

    @Test
    void eachByte_beginsTheTimeAgain() throws Exception {
        ByHand hand = new ByHand(reading(MINUTE));
        CompletableFuture<byte[]> read = hand.connection.reader().readExactly(10);
        for (int i = 0; i < 9; i++) {
            hand.pass(MINUTE);
            hand.arrives(1);
        }
        hand.pass(MINUTE);
        assertThat(read).isNotDone();
        hand.arrives(1);
        assertThat(get(read)).hasSize(10);
        hand.end();
    }

    /** A handler may compute for longer, with bytes buffered or not. */
    @Test
    void timeWithoutARead_doesNotCount() throws Exception {
        ByHand hand = new ByHand(reading(MINUTE));
        hand.pass(MINUTE.multipliedBy(10));
        CompletableFuture<byte[]> read = hand.connection.reader().read(1);
        hand.pass(MINUTE.multipliedBy(3).dividedBy(4));
        assertThat(read.cancel(false)).isTrue();
        hand.pass(MINUTE.multipliedBy(10));
        CompletableFuture<byte[]> next = hand.connection.reader().read(1);
        hand.pass(MINUTE);
        assertThat(next).isNotDone();
        hand.arrives(1);
        assertThat(get(next)).hasSize(1);
        assertThat(hand.channel.isOpen()).isTrue();
        hand.end();
    }

    @Test
    void writeThatMakesNoProgress_breaksTheConnection_waitsOfBothDirections() throws Exception {
        ByHand hand = new ByHand(writing(MINUTE));
        CompletableFuture<byte[]> read = hand.connection.reader().read(1);
        hand.pass(MINUTE.multipliedBy(10)); // nothing is written
        hand.connection.writer().write(new byte[10]);
        CompletableFuture<Void> flushed = hand.connection.writer().flush();
        hand.pass(MINUTE);
        assertThat(flushed).isNotDone();
        hand.pass(MINUTE.dividedBy(4));
        for (CompletableFuture<?> each :
                java.util.List.of(flushed, read, hand.connection.writer().flush(), hand.connection.waitClosed())) {
            assertThat(failureOf(each))
                    .hasMessage("connection lost: the peer took no bytes within 60 s, the write idle timeout");
        }
        assertThat(hand.channel.isOpen()).isFalse();
        hand.writes.forEach(promise -> promise.tryFailure(new java.nio.channels.ClosedChannelException()));
        hand.end();
    }

    /** A program that writes on and on makes no progress by that; a write that leaves does. */
    @Test
    void writesThatLeave_beginTheTimeAgain_writesThatCome_doNot() throws Exception {
        ByHand hand = new ByHand(writing(MINUTE));
        for (int i = 0; i < 5; i++) {
            hand.connection.writer().write(new byte[10]);
            hand.connection.writer().write(new byte[10]);
            hand.pass(MINUTE.multipliedBy(3).dividedBy(4));
            ChannelPromise first = hand.writes.poll();
            assertThat(first).isNotNull();
            first.setSuccess();
        }
        assertThat(hand.channel.isOpen()).isTrue();
        for (int i = 0; i < 5; i++) {
            hand.connection.writer().write(new byte[10]);
            hand.pass(MINUTE.dividedBy(4));
        }
        assertThat(hand.channel.isOpen()).isFalse();
        hand.writes.forEach(promise -> promise.tryFailure(new java.nio.channels.ClosedChannelException()));
        hand.end();
    }

    @Test
    void detached_endsTheWatch() throws Exception {
        ByHand hand = new ByHand(new IdleTimeouts(MINUTE, MINUTE));
        CompletableFuture<Channel> handedBack = StreamChannelHandler.handBack(hand.connection);
        hand.channel.runPendingTasks();
        get(handedBack);
        hand.pass(MINUTE.multipliedBy(10));
        assertThat(hand.channel.isOpen()).isTrue();
        hand.end();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void silentPeer_isReportedByTheServer(Wire wire) throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ServerOptions options = ServerOptions.DEFAULT
                .withReadIdleTimeout(Duration.ofMillis(100))
                .withReporter((connection, failure) -> reported.complete(failure));
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served =
                    wire.serve(streams, ConnectionHandler.callbacks((reader, writer) -> reader.readLine()), options);
            try (StreamConnection client = served.connect()) {
                assertThat(get(reported))
                        .isInstanceOf(StreamBrokenException.class)
                        .hasMessage("connection lost: no bytes received within 100 ms, the read idle timeout");
                assertThat(get(client.reader().read(1))).isEmpty();
            }
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void peerThatTakesNothing_breaksTheWriter(Wire wire) throws Exception {
        Duration timeout = Duration.ofMillis(400);
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> released = new CompletableFuture<>();
        ConnectionHandler keeping = ConnectionHandler.callbacks((reader, writer) -> {
            channelOf(reader.connection()).config().setAutoRead(false);
            accepted.complete(reader.connection());
            return released;
        });
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(
                    streams,
                    keeping,
                    ServerOptions.DEFAULT.withChannel(
                            channel -> channel.config().setOption(ChannelOption.SO_RCVBUF, 8192)));
            ConnectOptions options = ConnectOptions.DEFAULT.withWriteIdleTimeout(timeout);
            StreamConnection client = get(
                    wire.isUnix()
                            ? streams.openUnixConnection(served.path(), options)
                            : streams.openConnection(
                                    "127.0.0.1", served.server().port(), options));
            client.writer().write(new byte[32 << 20]);
            assertThat(failureOf(client.writer().drain()))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessage("connection lost: the peer took no bytes within 400 ms, the write idle timeout");
            released.complete(null);
            get(accepted).abort();
            served.server().close();
        }
    }
}
