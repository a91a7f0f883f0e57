package dev.nettystreams.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.StreamChannelHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Our end of a connection without a wire: the test carries the bytes in any pieces and advances the time. Everything
 * happens in the test's thread before the call returns.
 */
final class EndByHand implements AutoCloseable {
    final StreamConnection connection;
    private final EmbeddedChannel channel = new ChannelByHand();
    private final Socket socket = new Socket();

    /** A task that closes the channel ends before the tasks that it causes start, as on a loop. */
    private static final class ChannelByHand extends EmbeddedChannel {
        private boolean isRunning;

        @Override
        public void runPendingTasks() {
            if (isRunning) {
                return;
            }
            isRunning = true;
            try {
                super.runPendingTasks();
            } finally {
                isRunning = false;
            }
        }
    }

    /** The way to the wire, which a full socket blocks. */
    private static final class Socket extends ChannelOutboundHandlerAdapter {
        private final Queue<Runnable> held = new ArrayDeque<>();
        private boolean isHolding;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (isHolding) {
                held.add(() -> context.write(message, promise));
            } else {
                context.write(message, promise);
            }
        }

        void release(Channel channel) {
            isHolding = false;
            held.forEach(Runnable::run);
            held.clear();
            channel.flush();
        }
    }

    EndByHand() throws Exception {
        channel.freezeTime();
        channel.pipeline().addFirst(socket);
        CompletableFuture<StreamConnection> adopted = StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT);
        channel.runPendingTasks();
        connection = adopted.get(0, TimeUnit.SECONDS);
    }

    /**
     * Returns the upgrade when it is prepared: its context is created on another thread, for which manual time cannot
     * wait.
     */
    static TlsUpgrade ready(TlsUpgrade tls) {
        tls.prepare().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
        return tls;
    }

    /** Runs a task as the loop does. */
    void run(Runnable task) {
        channel.eventLoop().execute(task);
        channel.runPendingTasks();
    }

    /** Delivers bytes; they are lost if the channel is closed, as on a wire. */
    void receive(byte[] bytes) {
        if (bytes.length > 0 && channel.isOpen()) {
            channel.writeInbound(channel.alloc().buffer(bytes.length).writeBytes(bytes));
        }
        channel.runPendingTasks();
    }

    /** Delivers bytes in pieces that end at these offsets, and the rest. */
    void receive(byte[] bytes, int... offsets) {
        int from = 0;
        for (int to : offsets) {
            receive(Arrays.copyOfRange(bytes, from, to));
            from = to;
        }
        receive(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    void receiveByteByByte(byte[] bytes) {
        for (byte next : bytes) {
            receive(new byte[] {next});
        }
    }

    void receiveFin() {
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
        channel.runPendingTasks();
    }

    void advance(Duration time) {
        channel.runPendingTasks();
        channel.advanceTimeBy(time.toNanos(), TimeUnit.NANOSECONDS);
        channel.runPendingTasks();
    }

    /** Returns the bytes sent since the last call. */
    byte[] sent() {
        channel.runPendingTasks();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (ByteBuf piece; (piece = channel.readOutbound()) != null; piece.release()) {
            byte[] bytes = new byte[piece.readableBytes()];
            piece.readBytes(bytes);
            sent.writeBytes(bytes);
        }
        return sent.toByteArray();
    }

    /** The peer reads no byte from now on: written bytes wait in the socket. */
    void holdWrites() {
        socket.isHolding = true;
    }

    void releaseWrites() {
        socket.release(channel);
        channel.runPendingTasks();
    }

    boolean isOpen() {
        channel.runPendingTasks();
        return channel.isOpen();
    }

    @Override
    public void close() {
        releaseWrites();
        run(connection::abort);
        assertThat(isOpen()).isFalse();
        sent();
        channel.checkException();
    }
}
