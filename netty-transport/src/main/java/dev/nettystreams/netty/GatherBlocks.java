package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory of one event loop in which {@link WriteBuffer} combines small writes. A flush mostly sends them at
 * once, so that one block, which stays in the processor's cache, serves all connections of the loop in turn; an
 * allocator would hand out another buffer each time.
 *
 * <pre>
 *   FREE (reference count 1) --lend--> LENT (2: the channel's queue, or a write buffer) --sent, or lost--> FREE
 * </pre>
 *
 * <p>Bounded: {@value #MOST_BLOCKS} blocks of {@value #BLOCK_BYTES} bytes, made when they are first needed. Peers that
 * take nothing can keep them all; the channel's allocator then serves.
 *
 * <p>Confined to the loop, or to the thread that acts for it after its end; any thread may release a lent block.
 */
final class GatherBlocks {
    static final int BLOCK_BYTES = 16 * 1024;
    private static final int MOST_BLOCKS = 4;

    /** Without leak detection: the blocks live as long as their loop. */
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    private final @Nullable ByteBuf[] blocks = new ByteBuf[MOST_BLOCKS];
    private boolean hasEnded;

    /** Returns an empty buffer with a reference for the caller, or null if no block is free. */
    @Nullable
    ByteBuf lend() {
        for (int i = 0; i < MOST_BLOCKS && !hasEnded; i++) {
            ByteBuf block = blocks[i];
            if (block == null) {
                block = ALLOCATOR.directBuffer(BLOCK_BYTES, BLOCK_BYTES);
                blocks[i] = block;
            }
            if (block.refCnt() == 1) { // nobody else can retain it
                return block.clear().retain();
            }
        }
        return null;
    }

    /** Returns the number of blocks that are lent. */
    int lentCount() {
        int lentCount = 0;
        for (ByteBuf block : blocks) {
            if (block != null && block.refCnt() > 1) {
                lentCount++;
            }
        }
        return lentCount;
    }

    /** The loop has ended: lent blocks are freed when they are released. */
    void end() {
        hasEnded = true;
        for (int i = 0; i < MOST_BLOCKS; i++) {
            ByteBuf block = blocks[i];
            if (block != null) {
                block.release();
            }
            blocks[i] = null;
        }
    }
}
