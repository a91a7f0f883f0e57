package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Connections of one loop receive into one buffer: a handler that keeps received memory must not find other bytes in
 * it.
 */
@ExtendWith(NoLeaks.class)
class ReceiveBuffersTest {
    private static final int MANY_BYTES = 16 << 20;

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void relayedMemory_waitsForItsPeer_whileOthersReceive(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)
                .withLimits(StreamLimits.DEFAULT.withWriteMarks(1 << 20, 1 << 19))) {
            Wire.Pair in = wire.pair(streams);
            Wire.Pair out = wire.pair(streams);
            Wire.Pair other = wire.pair(streams);
            CompletableFuture<Long> relay =
                    in.server().reader().relayTo(out.client().writer());
            in.client().writer().write(Wire.pattern(MANY_BYTES));
            in.client().writer().writeEof();
            for (int i = 0; i < 100; i++) { // the relay is soon clogged, because its target is not read yet
                other.client().writer().write(new byte[10_000]);
                assertThat(get(other.server().reader().readExactly(10_000))).containsOnly(0);
            }
            assertThat(relay).isNotDone();
            assertThat(get(out.server().reader().readAll(MANY_BYTES))).isEqualTo(Wire.pattern(MANY_BYTES));
            assertThat(get(relay)).isEqualTo(MANY_BYTES);
            for (Wire.Pair pair : List.of(in, out, other)) {
                pair.client().close();
                pair.server().close();
            }
        }
    }

    /** A handler before the streams that keeps the buffers that it gets. */
    private static final class Keeper extends ChannelInboundHandlerAdapter {
        private final List<ByteBuf> kept = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            kept.add(buffer.retainedSlice());
            context.fireChannelRead(message);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void memoryThatAnotherHandlerKeeps_staysAsItWas(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Pair pair = wire.pair(streams);
            StreamConnection client = pair.client();
            Channel channel = channelOf(pair.server());
            Keeper keeper = new Keeper();
            channel.eventLoop()
                    .submit(() -> channel.pipeline().addFirst(keeper))
                    .sync();
            for (byte i = 0; i < 10; i++) {
                client.writer().write(new byte[] {i, i});
                assertThat(get(pair.server().reader().readExactly(2))).containsOnly(i);
            }
            byte[] kept = new byte[20];
            channel.eventLoop()
                    .submit(() -> {
                        int length = 0;
                        for (ByteBuf buffer : keeper.kept) {
                            int byteCount = buffer.readableBytes();
                            buffer.readBytes(kept, length, byteCount);
                            length += byteCount;
                            buffer.release();
                        }
                    })
                    .sync();
            assertThat(kept).containsExactly(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9);
            client.close();
            pair.server().close();
        }
    }
}
