package dev.nettystreams.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayDeque;

/**
 * Messages for the next owner of a channel: the unread bytes, then the messages that arrive before the streams' handler
 * is removed.
 */
final class HeldMessages {
    private final ArrayDeque<Object> messages = new ArrayDeque<>(0);

    void add(Object message) {
        messages.add(message);
    }

    void addUnread(byte[] bytes) {
        if (bytes.length > 0) {
            messages.addFirst(Unpooled.wrappedBuffer(bytes));
        }
    }

    /** Passes all of them on to the next handler; returns whether there were any. */
    boolean passOn(ChannelHandlerContext context) {
        boolean hadAny = !messages.isEmpty();
        for (Object message; (message = messages.poll()) != null; ) {
            context.fireChannelRead(message);
        }
        return hadAny;
    }
}
