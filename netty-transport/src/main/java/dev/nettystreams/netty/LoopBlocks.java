package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory of one event loop, for received bytes and for large writes: a few blocks that are used again and again,
 * the lowest free one first, so that they stay in the processor's cache. An allocator hands out memory that nobody has
 * touched for a while, and a copy into such memory takes several times as long.
 *
 * <pre>
 *   FREE (reference count 1) --take, by any thread--> TAKEN (a slice with a reference of its own) --released--> FREE
 * </pre>
 *
 * <p>Bounded: {@value #MOST_BLOCKS} blocks of {@value #BLOCK_BYTES} bytes for each loop, made when they are first
 * needed. When all are taken, the channel's allocator serves.
 *
 * <p>Any thread, save {@link #lendToReceive}. Threads that take are serialized; a release is the buffer's own.
 */
final class LoopBlocks {
    static final int BLOCK_BYTES = 64 * 1024;
    private static final int MOST_BLOCKS = 8;

    /** The references to the block that channels receive into while no read is under way: the two of this class. */
    private static final int IDLE_REFERENCES = 2;

    /** Without leak detection: the blocks live as long as their loop. */
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(true, true);

    private static final FastThreadLocal<LoopBlocks> OF_LOOP = new FastThreadLocal<>() {
        @Override
        protected LoopBlocks initialValue() {
            return new LoopBlocks();
        }

        @Override
        protected void onRemoval(LoopBlocks blocks) {
            blocks.end();
        }
    };

    private final @Nullable ByteBuf[] blocks = new ByteBuf[MOST_BLOCKS]; // guarded by this, like the next
    private boolean hasEnded;
    private @Nullable ByteBuf receiving; // on the loop alone
    private final GatherBlocks gathering = new GatherBlocks();

    /** Returns the blocks of the current event loop. */
    static LoopBlocks ofLoop() {
        return OF_LOOP.get();
    }

    /** Returns the blocks in which small writes are combined. On the loop. */
    GatherBlocks gathering() {
        return gathering;
    }

    /** Copies bytes. The caller owns the buffer. */
    ByteBuf copyOf(ByteBuffer source, ByteBufAllocator fallback) {
        return writable(source.remaining(), fallback).writeBytes(source);
    }

    /** Copies part of an array. The caller owns the buffer. */
    ByteBuf copyOf(byte[] source, int offset, int byteCount, ByteBufAllocator fallback) {
        return writable(byteCount, fallback).writeBytes(source, offset, byteCount);
    }

    private ByteBuf writable(int byteCount, ByteBufAllocator fallback) {
        ByteBuf block = take(byteCount);
        return block == null ? fallback.directBuffer(byteCount, byteCount) : block;
    }

    /** Returns an empty buffer with that capacity, or null if no block is free or large enough. */
    synchronized @Nullable ByteBuf take(int byteCount) {
        if (byteCount > BLOCK_BYTES || hasEnded) {
            return null;
        }
        for (int i = 0; i < MOST_BLOCKS; i++) {
            ByteBuf block = blocks[i];
            if (block == null) {
                block = ALLOCATOR.directBuffer(BLOCK_BYTES, BLOCK_BYTES);
                blocks[i] = block;
            }
            if (block.refCnt() == 1) { // nobody else can retain it
                return block.retainedSlice(0, byteCount).clear();
            }
        }
        return null;
    }

    /**
     * Lends memory to one read of a channel: the same block each time, unless another owner keeps it. On the loop.
     *
     * @return an empty buffer with a reference for the caller, or null if no block is free
     */
    @Nullable
    ByteBuf lendToReceive() {
        ByteBuf block = receiving;
        if (block == null || block.refCnt() > IDLE_REFERENCES) {
            if (block != null) {
                block.release();
            }
            block = take(BLOCK_BYTES);
            receiving = block;
        }
        return block == null ? null : block.clear().retain();
    }

    /** Returns the number of blocks that are in use for something else than receiving. */
    synchronized long takenCount() {
        ByteBuf current = receiving;
        long takenCount = Arrays.stream(blocks)
                .filter(block -> block != null && block.refCnt() > 1)
                .count();
        return current != null && current.refCnt() == IDLE_REFERENCES ? takenCount - 1 : takenCount;
    }

    /** The loop has ended: taken blocks are freed when they are released. */
    private synchronized void end() {
        hasEnded = true;
        gathering.end();
        if (receiving != null) {
            receiving.release();
            receiving = null;
        }
        for (ByteBuf block : blocks) {
            if (block != null) {
                block.release();
            }
        }
        Arrays.fill(blocks, null);
    }
}
