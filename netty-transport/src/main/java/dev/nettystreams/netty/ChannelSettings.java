package dev.nettystreams.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/** The options of a channel that the streams change, so that the channel can be handed back unchanged. */
record ChannelSettings(
        boolean autoRead,
        boolean autoClose,
        @Nullable Boolean halfClosure,
        WriteBufferWaterMark waterMark,
        RecvByteBufAllocator receiveBuffers) {

    /** Sets the options that the streams need, except for reading; returns the former values. */
    static ChannelSettings borrow(ChannelConfig config, int highMarkBytes, int lowMarkBytes) {
        ChannelSettings former = new ChannelSettings(
                config.isAutoRead(),
                config.isAutoClose(),
                config.getOption(ChannelOption.ALLOW_HALF_CLOSURE),
                config.getWriteBufferWaterMark(),
                config.getRecvByteBufAllocator());
        config.setAutoClose(false);
        config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        setMarks(config, highMarkBytes, lowMarkBytes);
        return former;
    }

    /** Netty reports a channel as writable below its low mark, the streams at their low mark. */
    static void setMarks(ChannelConfig config, int highMarkBytes, int lowMarkBytes) {
        int low = lowMarkBytes == Integer.MAX_VALUE ? lowMarkBytes : lowMarkBytes + 1;
        config.setWriteBufferWaterMark(new WriteBufferWaterMark(low, Math.max(highMarkBytes, low)));
    }

    void giveBack(ChannelConfig config) {
        config.setWriteBufferWaterMark(waterMark);
        if (halfClosure != null) {
            config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure);
        }
        config.setRecvByteBufAllocator(receiveBuffers);
        config.setAutoClose(autoClose);
        config.setAutoRead(autoRead);
    }
}
