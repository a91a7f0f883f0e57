package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.nio.AbstractNioByteChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Map;

/**
 * Part of a file in a channel's outbound queue, which the channel sends from the file (sendfile). Netty's own region
 * closes the file when it has been sent; this one leaves it to its owner.
 *
 * <p>Confined to the channel's event loop.
 */
final class FilePiece extends DefaultFileRegion {
    /** Netty's native transports read the descriptor from the fields of this class; another class would crash them. */
    private static final String JDK_FILE = "sun.nio.ch.FileChannelImpl";

    private final FileChannel source;

    FilePiece(FileChannel source, long position, long byteCount) {
        super(source, position, byteCount);
        this.source = source;
    }

    /**
     * Returns whether a write from a context reaches a channel that sends files by itself. io_uring's does not: Netty
     * cuts the file's offset to 32 bits there. Outbound handlers before the streams, TLS above all, expect buffers.
     */
    static boolean maySend(ChannelHandlerContext context, FileChannel source) {
        Channel channel = context.channel();
        return source.getClass().getName().equals(JDK_FILE)
                && (channel instanceof AbstractNioByteChannel || isNative(channel))
                && hasNoOutboundHandlerBefore(context);
    }

    private static boolean isNative(Channel channel) {
        String name = channel.getClass().getName();
        return channel instanceof DuplexChannel
                && (name.startsWith("io.netty.channel.epoll.") || name.startsWith("io.netty.channel.kqueue."));
    }

    private static boolean hasNoOutboundHandlerBefore(ChannelHandlerContext context) {
        for (Map.Entry<String, ChannelHandler> each : context.pipeline()) {
            if (each.getKey().equals(context.name())) {
                return true;
            }
            if (each.getValue() instanceof ChannelOutboundHandler) {
                return false;
            }
        }
        return false;
    }

    /** The file is its owner's to close. */
    @Override
    protected void deallocate() {}

    /** Returns the failure of the write in words that name the file, if the file was the reason. */
    Throwable explained(Throwable cause) {
        if (!source.isOpen()) {
            return new IOException("the file of writeFile() was closed while a piece of it was being sent", cause);
        }
        try {
            long size = source.size();
            return size >= position() + count()
                    ? cause
                    : new IOException(
                            "the file of writeFile() has shrunk to " + size
                                    + " bytes while a piece of it was being sent: " + count() + " bytes from "
                                    + position(),
                            cause);
        } catch (IOException unreadable) {
            cause.addSuppressed(unreadable);
            return cause;
        }
    }
}
