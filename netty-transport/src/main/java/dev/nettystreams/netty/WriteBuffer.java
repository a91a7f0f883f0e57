package dev.nettystreams.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Combines small writes in one buffer. Each channel write passes through the pipeline and takes a buffer and an entry
 * in the channel's outbound queue; a reply that is written in ten pieces costs all that once. Large pieces get a buffer
 * of their own.
 *
 * <p>Holds at most {@value #GATHERED_BYTES} bytes and, between flushes, no buffer. Confined to the connection's loop.
 */
final class WriteBuffer {
    private static final int FIRST_BYTES = 256;
    private static final int GATHERED_BYTES = GatherBlocks.BLOCK_BYTES;

    private final ChannelHandlerContext context;
    private final WriteOutcomes outcomes;
    private final ByteBufAllocator allocator;
    private final LoopBlocks blocks;
    private @Nullable ByteBuf open;

    WriteBuffer(ChannelHandlerContext context, WriteOutcomes outcomes) {
        this.context = context;
        this.outcomes = outcomes;
        this.allocator = context.alloc();
        this.blocks = LoopBlocks.ofLoop();
    }

    /** Copies bytes into memory that {@link #append(BufferBlock)} passes on. Any thread. */
    BufferBlock copyOf(ByteBuffer source) {
        return new BufferBlock(blocks.copyOf(source, allocator));
    }

    int byteCount() {
        ByteBuf gathering = open;
        return gathering == null ? 0 : gathering.readableBytes();
    }

    void append(byte[] source, int offset, int byteCount) {
        if (byteCount == 0) {
            return;
        }
        if (byteCount >= GATHERED_BYTES) {
            push();
            context.write(blocks.copyOf(source, offset, byteCount, allocator), outcomes.newPromise());
            return;
        }
        roomFor(byteCount).writeBytes(source, offset, byteCount);
    }

    /** Copies bytes that are few or that the transport would copy anyway; wraps large direct memory. */
    void appendOwned(ByteBuffer source) {
        int byteCount = source.remaining();
        if (source.hasArray()) {
            append(source.array(), source.arrayOffset() + source.position(), byteCount);
        } else if (byteCount < GATHERED_BYTES) {
            if (byteCount > 0) {
                roomFor(byteCount).writeBytes(source);
            }
        } else {
            push();
            context.write(Unpooled.wrappedBuffer(source), outcomes.newPromise());
        }
    }

    /** Passes on a block, by reference if it is large enough for an entry of its own, and takes it over. */
    void append(BufferBlock block) {
        ByteBuf buffer = block.buffer();
        if (buffer.readableBytes() >= GATHERED_BYTES / 16) {
            push();
            context.write(buffer, outcomes.newPromise());
            return;
        }
        try {
            if (buffer.isReadable()) {
                roomFor(buffer.readableBytes()).writeBytes(buffer);
            }
        } finally {
            buffer.release();
        }
    }

    /** Passes on received memory by reference if it is large enough for an entry of its own. */
    void append(BufferChunk chunk) {
        int byteCount = chunk.remaining();
        if (byteCount >= GATHERED_BYTES / 16) {
            push();
            context.write(chunk.retainRest(), outcomes.newPromise());
        } else if (byteCount > 0) {
            chunk.takeInto(roomFor(byteCount));
        }
    }

    /** Writes the combined bytes to the channel. */
    void push() {
        ByteBuf gathered = open;
        if (gathered != null) {
            open = null;
            context.write(gathered, outcomes.newPromise());
        }
    }

    void drop() {
        ByteBuf gathered = open;
        if (gathered != null) {
            open = null;
            gathered.release();
        }
    }

    private ByteBuf roomFor(int byteCount) {
        ByteBuf gathering = open;
        if (gathering != null && gathering.readableBytes() + byteCount > GATHERED_BYTES) {
            push();
            gathering = null;
        }
        if (gathering == null) {
            ByteBuf block = blocks.gathering().lend();
            gathering = block == null ? allocator.directBuffer(Math.max(FIRST_BYTES, byteCount)) : block;
            open = gathering;
        }
        return gathering;
    }
}
