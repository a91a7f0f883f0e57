package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer's FIN ends only the input (C2): a reply of any size still arrives, on every backend. */
@ExtendWith(NoLeaks.class)
class HalfCloseTest {
    private static final byte[] REPLY = Wire.pattern(16 << 20);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void reply_afterThePeersEof_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(streams, Await.onThreads((reader, writer) -> {
                await(reader.read(-1));
                writer.write(REPLY);
                await(writer.drain());
            }));
            assertThat(requestAndEof(served)).isEqualTo(REPLY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void reply_inPieces_afterThePeersEof_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            int pieces = 64;
            int size = REPLY.length / pieces;
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)
                            .thenCompose(request -> {
                                int[] written = {0};
                                return reader.forEachLine(line -> null).thenCompose(nothing -> {
                                    while (written[0] < pieces) {
                                        writer.write(REPLY, written[0]++ * size, size);
                                    }
                                    return writer.flush();
                                });
                            })));
            assertThat(requestAndEof(served)).isEqualTo(REPLY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void reply_toAPeerThatReadsOnlyWhenTheSocketIsFull_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            replyThroughAFullSocket(pair.server(), pair.client());
        }
    }

    /** A connected socket differs from an accepted one on io_uring. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void flood_afterTheServersEof_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            replyThroughAFullSocket(pair.client(), pair.server());
        }
    }

    private static void replyThroughAFullSocket(StreamConnection sender, StreamConnection receiver) throws Exception {
        receiver.writer().writeEof();
        assertThat(get(sender.reader().read(1))).isEmpty();
        fillTheSocket(sender);
        sender.close();
        assertThat(get(receiver.reader().read(-1))).isEqualTo(REPLY);
        receiver.close();
        get(sender.waitClosed());
        get(receiver.waitClosed());
    }

    /** The peer's EOF is behind bytes that have not been read yet. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void flood_beforeTheServersEofIsRead_arrivesWhole(Wire wire) throws Exception {
        byte[] greeting = Wire.pattern(100_000);
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams.withLimits(StreamLimits.DEFAULT.withReadLimit(1_000)));
            pair.server().writer().write(greeting);
            get(pair.server().writer().flush());
            pair.server().writer().writeEof();
            fillTheSocket(pair.client());
            assertThat(get(pair.server().reader().readExactly(REPLY.length))).isEqualTo(REPLY);
            assertThat(get(pair.client().reader().read(-1))).isEqualTo(greeting);
            pair.client().close();
            pair.server().close();
            get(pair.client().waitClosed());
            get(pair.server().waitClosed());
        }
    }

    /** Writes the reply in pieces, and waits until a hundred turns of the loop have sent no more bytes. */
    private static void fillTheSocket(StreamConnection sender) throws Exception {
        int size = 1 << 16;
        for (int at = 0; at < REPLY.length; at += size) {
            sender.writer().write(REPLY, at, size);
        }
        assertThat(sender.writer().flush()).isNotDone();
        Channel channel = channelOf(sender);
        long queued = 0;
        for (int turns = 0; turns < 100; turns++) {
            long now =
                    channel.eventLoop().submit(() -> queuedByteCount(channel)).get(20, TimeUnit.SECONDS);
            if (now != queued) {
                turns = 0;
                queued = now;
            }
        }
        assertThat(queued).isPositive();
    }

    private static long queuedByteCount(Channel channel) {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void bothDirections_endOneAfterTheOther(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().writeEof();
            assertThat(get(pair.server().reader().read(1))).isEmpty();
            assertThat(pair.server().reader().atEof()).isTrue();
            pair.server().writer().write(new byte[] {1});
            pair.server().writer().writeEof();
            assertThat(get(pair.client().reader().read(-1))).containsExactly(1);
            pair.client().close();
            get(pair.client().waitClosed());
            pair.server().close();
            get(pair.server().waitClosed());
        }
    }

    private static byte[] requestAndEof(Wire.Served served) throws Exception {
        try (StreamConnection client = served.connect()) {
            client.writer().write(new byte[] {'?'});
            client.writer().writeEof();
            return get(client.reader().read(-1));
        }
    }
}
