package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The blocks of an event loop: used again, bounded, and all given back. */
@ExtendWith(NoLeaks.class)
class LoopBlocksTest {
    private static final byte[] BLOCK = Wire.pattern(LoopBlocks.BLOCK_BYTES);

    @Test
    void releasedBlock_isTheNextOne_andABusyOneIsNotTouched() {
        LoopBlocks blocks = new LoopBlocks();
        ByteBuf first = blocks.copyOf(BLOCK, 0, 1000, UnpooledByteBufAllocator.DEFAULT);
        long address = first.memoryAddress();
        first.release();
        ByteBuf again = blocks.copyOf(BLOCK, 1000, 2000, UnpooledByteBufAllocator.DEFAULT);
        assertThat(again.memoryAddress()).isEqualTo(address);
        ByteBuf other = blocks.copyOf(ByteBuffer.wrap(BLOCK), UnpooledByteBufAllocator.DEFAULT);
        assertThat(again).isEqualTo(Unpooled.wrappedBuffer(BLOCK, 1000, 2000));
        assertThat(other).isEqualTo(Unpooled.wrappedBuffer(BLOCK));
        assertThat(blocks.takenCount()).isEqualTo(2);
        again.release();
        other.release();
        assertThat(blocks.takenCount()).isZero();
    }

    @Test
    void allocatorServes_ifAllBlocksAreTaken_orTheBytesAreMore() {
        LoopBlocks blocks = new LoopBlocks();
        List<ByteBuf> taken = new ArrayList<>();
        for (ByteBuf next = blocks.take(1); next != null; next = blocks.take(1)) {
            taken.add(next);
        }
        assertThat(taken).hasSize(8);
        ByteBuf ninth = blocks.copyOf(BLOCK, 0, 100, UnpooledByteBufAllocator.DEFAULT);
        assertThat(ninth.capacity()).isEqualTo(100);
        ninth.release();
        taken.forEach(ByteBuf::release);
        byte[] large = new byte[LoopBlocks.BLOCK_BYTES + 1];
        ByteBuf larger = blocks.copyOf(large, 0, large.length, UnpooledByteBufAllocator.DEFAULT);
        assertThat(blocks.takenCount()).isZero();
        larger.release();
    }

    private static long takenCount(StreamConnection connection) throws Exception {
        return channelOf(connection)
                .eventLoop()
                .submit(() -> LoopBlocks.ofLoop().takenCount())
                .get();
    }

    private static void awaitNoneTaken(StreamConnection connection) throws Exception {
        while (takenCount(connection) > 0) { // a write's memory is released a moment after its flush
            Thread.onSpinWait();
        }
    }

    /** Bytes that are lost with their connection are given back, too. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void blocksAreGivenBack_whateverBecomesOfTheWrite(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            for (boolean isRead : new boolean[] {true, false}) {
                Wire.Pair pair = wire.pair(streams);
                CompletableFuture<byte[]> all = isRead ? pair.server().reader().readExactly(40 * BLOCK.length) : null;
                for (int i = 0; i < 40; i++) {
                    pair.client().writer().write(BLOCK);
                }
                if (all == null) {
                    pair.client().abort();
                } else {
                    get(all);
                }
                pair.client().abort();
                pair.server().abort(); // its unread input is held in blocks, too
                awaitNoneTaken(pair.client());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void borrowedBytes_areNettysBuffer_andTheReverse(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<BorrowedBytes> borrowing = pair.server().reader().borrow(BLOCK.length);
            pair.client().writer().write(NettyBytes.of(Unpooled.copiedBuffer(BLOCK)));
            BorrowedBytes borrowed = get(borrowing);
            ByteBuf buffer = NettyBytes.toByteBuf(borrowed);
            assertThat(buffer).isEqualTo(Unpooled.wrappedBuffer(BLOCK, 0, buffer.readableBytes()));
            assertThat(buffer.refCnt()).isPositive();
            assertThatThrownBy(() -> NettyBytes.toByteBuf(borrowed)).isInstanceOf(IllegalStateException.class);
            buffer.release();
            pair.client().abort();
            pair.server().abort();
        }
    }

    /** A few bytes must not keep a block of 64 KiB. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void smallPart_isACopy(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<BorrowedBytes> borrowing = pair.server().reader().borrow(100);
            pair.client().writer().write(BLOCK, 0, 100);
            try (BorrowedBytes bytes = get(borrowing)) {
                assertThat(bytes.toArray()).isEqualTo(java.util.Arrays.copyOf(BLOCK, bytes.byteCount()));
                assertThat(takenCount(pair.server())).isZero();
            }
            pair.client().abort();
            pair.server().abort();
        }
    }
}
