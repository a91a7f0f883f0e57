package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The blocks for small writes: used again, bounded, and all given back. */
@ExtendWith(NoLeaks.class)
class GatherBlocksTest {
    private static ByteBuf lend(GatherBlocks blocks) {
        ByteBuf block = blocks.lend();
        assertThat(block).isNotNull();
        return block;
    }

    @Test
    void releasedBlock_isTheNextOne_empty_andABusyOneIsNotTouched() {
        GatherBlocks blocks = new GatherBlocks();
        ByteBuf first = lend(blocks).writeLong(1);
        ByteBuf second = lend(blocks).writeLong(2);
        assertThat(second).isNotSameAs(first);
        assertThat(first.getLong(0)).isEqualTo(1);
        first.release();
        assertThat(lend(blocks)).isSameAs(first);
        assertThat(first.readableBytes()).isZero();
        first.release();
        second.release();
        assertThat(blocks.lentCount()).isZero();
        blocks.end();
    }

    @Test
    void blocksAreFew_andNoneIsLentAfterTheEnd() {
        GatherBlocks blocks = new GatherBlocks();
        List<ByteBuf> lent = new ArrayList<>();
        for (ByteBuf next = blocks.lend(); next != null; next = blocks.lend()) {
            lent.add(next);
        }
        assertThat(lent).hasSize(4);
        blocks.end();
        lent.get(0).release();
        assertThat(lent.get(0).refCnt()).isZero();
        assertThat(blocks.lend()).isNull();
        lent.subList(1, 4).forEach(ByteBuf::release);
        assertThat(lent).allMatch(block -> block.refCnt() == 0);
    }

    private static int lentCount(StreamConnection connection) throws Exception {
        return channelOf(connection)
                .eventLoop()
                .submit(() -> LoopBlocks.ofLoop().gathering().lentCount())
                .get();
    }

    /** One connection whose peer takes nothing, and many whose peers do: every byte arrives, once. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void manyConnectionsOfOneLoop_shareTheBlocks_andGiveThemBack(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            List<Wire.Pair> pairs = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                pairs.add(wire.pair(streams));
            }
            for (int round = 0; round < 50; round++) {
                for (int i = 0; i < pairs.size(); i++) {
                    pairs.get(i).client().writer().write(Wire.pattern(100 + i));
                    pairs.get(i).client().writer().write(new byte[] {(byte) i});
                }
                for (int i = 0; i < pairs.size(); i++) {
                    byte[] received = get(pairs.get(i).server().reader().readExactly(101 + i));
                    assertThat(received).startsWith(Wire.pattern(100 + i)).endsWith((byte) i);
                }
            }
            for (Wire.Pair pair : pairs) {
                pair.client().writer().write(Wire.pattern(100)); // lost, or not: given back
                pair.client().abort();
                pair.server().abort();
            }
            while (lentCount(pairs.get(0).client()) > 0) { // a moment after the loss
                Thread.onSpinWait();
            }
        }
    }
}
