package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.spi.OpeningPlace;
import dev.nettystreams.spi.StageFailures;
import dev.nettystreams.spi.Timeouts;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first of several addresses that answers (RFC 8305, "Happy Eyeballs"). The attempts start one after
 * the other, each as soon as the one before fails or takes too long, and the first success ends the others.
 *
 * <pre>
 *   RESOLVING --start--> RACING --an attempt succeeds--> WON        --all failed--> LOST, with every attempt's cause
 *            \__________________\--timeout--> LOST                  --the caller cancels--> all attempts are closed
 * </pre>
 *
 * <p>The timeout starts when the race is created, so that name resolution counts.
 *
 * <p>Confined to one event loop, where all attempts run; any thread may call {@link #begin} and then {@link #start}.
 */
final class AddressRace {
    private static final long RETRY_MILLIS = 10;

    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final StreamLimits limits;
    private final ConnectOptions options;
    private final String target;
    private final TimeBudget budget;
    private final @Nullable OpeningPlace place = OpeningPlace.here();
    private final CompletableFuture<StreamConnection> result = new CompletableFuture<>();

    private final ArrayDeque<SocketAddress> untried = new ArrayDeque<>();
    private final List<ChannelFuture> running = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private @Nullable Throwable backlogFull;
    private @Nullable Future<?> nextAttempt;
    private @Nullable Future<?> deadline;
    private @Nullable Channel newest;

    /** @param target the name of the addresses in messages */
    AddressRace(
            EventLoop loop,
            ChannelFactory<? extends Channel> channels,
            StreamLimits limits,
            ConnectOptions options,
            String target) {
        this.loop = loop;
        this.channels = channels;
        this.limits = limits;
        this.options = options;
        this.target = target;
        this.budget = TimeBudget.of(options.connectTimeout());
    }

    EventLoop loop() {
        return loop;
    }

    CompletableFuture<StreamConnection> result() {
        return result;
    }

    /** Arms the timeout, which counts from the creation of the race. */
    void begin() {
        result.whenComplete((connection, failure) -> onLoop(this::end));
        onLoop(this::armDeadline);
    }

    /** @param found completes with the addresses for {@link #start(List)} */
    void start(CompletableFuture<? extends List<? extends SocketAddress>> found) {
        CompletionStage<? extends List<? extends SocketAddress>> addresses = found;
        addresses.whenComplete((known, failure) -> {
            if (failure == null) {
                start(known);
            } else {
                onLoop(() -> result.completeExceptionally(StageFailures.unwrapped(failure)));
            }
        });
    }

    /** @param addresses one or more, in order of preference */
    void start(List<? extends SocketAddress> addresses) {
        onLoop(() -> {
            untried.addAll(addresses);
            attemptNext();
        });
    }

    private void onLoop(Runnable step) {
        Runnable guarded = guarded(step);
        if (loop.inEventLoop()) {
            guarded.run();
            return;
        }
        try {
            loop.execute(guarded);
        } catch (RejectedExecutionException e) { // the loop has ended and has closed its channels
            result.completeExceptionally(
                    new IOException("could not connect to " + target + ": the event loop has ended", e));
        }
    }

    /**
     * Passes on exceptions of a task, such as an {@link Error} during the registration of a channel: Netty only logs
     * them.
     */
    private Runnable guarded(Runnable step) {
        return () -> {
            try {
                step.run();
            } catch (Throwable e) { // any failure must reach the waiting caller
                result.completeExceptionally(e);
            }
        };
    }

    private void armDeadline() {
        assert loop.inEventLoop();
        if (!result.isDone()) {
            deadline = loop.schedule(guarded(this::timedOut), budget.leftNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void attemptNext() {
        assert loop.inEventLoop();
        nextAttempt = null;
        SocketAddress address = untried.poll();
        if (address == null || result.isDone()) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(this::newChannel)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the race has a timeout of its own
                .handler(setup(address));
        ChannelFuture attempt = connect(bootstrap, address);
        running.add(attempt);
        // A channel that could not be created (out of file descriptors) has no loop: Netty reports it on another
        // thread.
        attempt.addListener(done -> onLoop(() -> ended(attempt, address)));
        if (!untried.isEmpty() && nextAttempt == null) {
            nextAttempt = loop.schedule(
                    guarded(this::attemptNext), Timeouts.saturatedNanos(options.attemptDelay()), TimeUnit.NANOSECONDS);
        }
    }

    private ChannelSetup setup(SocketAddress address) {
        Consumer<? super Channel> hook = options.connection().hook();
        return new ChannelSetup(
                channel -> {
                    if (address instanceof InetSocketAddress) {
                        options.connection().applyToTcp(channel);
                    }
                    if (hook != null) {
                        hook.accept(channel);
                    }
                },
                () -> hook == null
                        ? streams(this::connected)
                        : new HandlersFirst(address, this::streams, this::connected, this::lost),
                (channel, failure) -> {
                    result.completeExceptionally(failure);
                    channel.close();
                });
    }

    private StreamChannelHandler streams(Consumer<StreamConnection> opened) {
        return new StreamChannelHandler(
                limits, options.connection().idle(), place, opened, result::completeExceptionally);
    }

    private Channel newChannel() {
        Channel channel = channels.newChannel();
        newest = channel;
        return channel;
    }

    private ChannelFuture connect(Bootstrap bootstrap, SocketAddress address) {
        newest = null;
        try {
            return bootstrap.connect(address, options.localAddress());
        } catch (Throwable e) {
            if (newest != null) {
                newest.unsafe().closeForcibly(); // no one else has a reference to it
            }
            throw e;
        }
    }

    private void connected(StreamConnection connection) {
        assert loop.inEventLoop();
        Object channel = connection.writer().getExtraInfo("channel");
        running.removeIf(attempt -> attempt.channel().equals(channel));
        if (!result.complete(connection)) {
            connection.abort();
        }
    }

    private void ended(ChannelFuture attempt, SocketAddress address) {
        assert loop.inEventLoop();
        if (attempt.isSuccess()) {
            return; // connected() handles it, or lost()
        }
        if (!running.remove(attempt)) {
            return; // lost() has handled it
        }
        if (isBacklogFull(attempt.cause()) && !result.isDone()) {
            backlogFull = attempt.cause();
            nextAttempt = loop.schedule(guarded(() -> retry(address)), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        failed(attempt.cause(), address);
    }

    /** A handler of the program's, such as a proxy's, has refused a connected channel. */
    private void lost(Channel channel, Throwable cause, SocketAddress address) {
        assert loop.inEventLoop();
        running.removeIf(attempt -> attempt.channel().equals(channel));
        failed(cause, address);
    }

    private void failed(Throwable cause, SocketAddress address) {
        failures.add(Reason.worded(cause, address, options.localAddress()));
        if (!untried.isEmpty()) {
            if (nextAttempt != null) {
                nextAttempt.cancel(false);
            }
            attemptNext();
        } else if (running.isEmpty()) {
            result.completeExceptionally(failure(new ConnectException(message("could not connect to " + target))));
        }
    }

    private void retry(SocketAddress address) {
        untried.addFirst(address);
        attemptNext();
    }

    /**
     * Returns whether a Unix socket's backlog is full: connecting fails at once then, where TCP waits. A caller that
     * connects to a busy server wants to wait, as a blocking {@code connect} does.
     */
    private static boolean isBacklogFull(Throwable cause) {
        String message = cause.getMessage();
        return message != null && message.contains("Resource temporarily unavailable");
    }

    private void timedOut() {
        assert loop.inEventLoop();
        if (backlogFull != null) {
            failures.add(backlogFull);
        }
        result.completeExceptionally(failure(new SocketTimeoutException(
                message("could not connect to " + target + " within " + Timeouts.toText(options.connectTimeout())))));
    }

    private String message(String what) {
        StringBuilder text = new StringBuilder(what);
        String separator = ": ";
        for (Throwable failure : failures) {
            text.append(separator).append(Reason.of(failure));
            separator = "; ";
        }
        return text.toString();
    }

    private <X extends Throwable> X failure(X summary) {
        failures.forEach(summary::addSuppressed);
        return summary;
    }

    /** The caller has a connection, or no longer wants one. */
    private void end() {
        assert loop.inEventLoop();
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (nextAttempt != null) {
            nextAttempt.cancel(false);
        }
        untried.clear();
        for (ChannelFuture attempt : List.copyOf(running)) {
            attempt.channel().close();
        }
    }
}
