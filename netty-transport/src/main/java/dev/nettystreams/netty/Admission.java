package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.spi.LogLimit;
import io.netty.channel.Channel;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One accepted channel on its way to its streams. It is counted against the cap; either its streams open, and the
 * server's conversation ends the count, or the count ends here, once.
 *
 * <pre>
 *   prepare --no hook--> the streams' handler --open--> accepted
 *          \--hook--> on the channel's loop: the hook, then the streams' handler
 *                        \--throws--> reported; the connection is closed
 *                         \--a handler of the hook closes the channel first--> the count ends with the channel
 * </pre>
 */
final class Admission {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");

    private final StreamLimits limits;
    private final ServerOptions options;
    private final Consumer<StreamConnection> accepted;
    private final Runnable uncount;
    private final LogLimit limit;
    private final AtomicBoolean isSettled = new AtomicBoolean();

    /** @param uncount called at most once, and never after {@code accepted} */
    Admission(
            StreamLimits limits,
            ServerOptions options,
            Consumer<StreamConnection> accepted,
            Runnable uncount,
            LogLimit limit) {
        this.limits = limits;
        this.options = options;
        this.accepted = accepted;
        this.uncount = uncount;
        this.limit = limit;
    }

    /** Adds handlers to a channel that is not registered yet. */
    void prepare(Channel channel) {
        Consumer<? super Channel> hook = options.connection().hook();
        if (hook == null) {
            channel.pipeline().addLast(streams(this::opened));
            return;
        }
        channel.closeFuture().addListener(closed -> end());
        channel.pipeline().addLast(new ChannelSetup(hook, () -> streams(this::opened), this::report));
    }

    private StreamChannelHandler streams(Consumer<StreamConnection> whenOpen) {
        return new StreamChannelHandler(limits, options.connection().idle(), null, whenOpen, this::notOpened);
    }

    private void opened(StreamConnection connection) {
        if (isSettled.compareAndSet(false, true)) {
            accepted.accept(connection);
        } else {
            connection.abort();
        }
    }

    /** Reports the failure of the hook, as of a conversation that fails at once; the count ends with the channel. */
    private void report(Channel channel, Throwable failure) {
        if (!channel.isActive()) { // the hook has closed it, too: there is no connection to report
            limit.log(LOGGER, Level.WARNING, () -> "the hook for " + channel + " failed", failure);
            return;
        }
        channel.pipeline().addLast(streams(connection -> connection.serve(new Failing(failure), options.reporter())));
    }

    /** A conversation that has failed already. */
    private record Failing(Throwable failure) implements ConnectionHandler {
        @Override
        public void handle(StreamReader reader, StreamWriter writer) {}

        @Override
        public CompletionStage<?> start(StreamConnection connection) {
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** The pipeline closes the channel. Without streams, no other event reports its end. */
    private void notOpened(Throwable cause) {
        end();
        Level level = cause instanceof Error || cause instanceof IllegalStateException ? Level.WARNING : Level.DEBUG;
        limit.log(LOGGER, level, () -> "an accepted connection could not be given streams", cause);
    }

    /** Closes a channel that could not be prepared or registered. */
    void drop(Channel channel, Level level, Throwable cause) {
        channel.unsafe().closeForcibly();
        end();
        limit.log(LOGGER, level, () -> "an accepted connection could not be registered", cause);
    }

    private void end() {
        if (isSettled.compareAndSet(false, true)) {
            uncount.run();
        }
    }
}
