package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first of several addresses that answers (RFC 8305, "happy eyeballs"): one attempt after the other, the next as soon
 * as one fails or has taken too long, and the first success ends the others.
 *
 * <pre>
 *   RACING --an attempt succeeds--> WON        --all failed--> LOST, with every attempt's cause
 *         \--deadline--> LOST                  --the caller cancels--> all attempts are closed
 * </pre>
 *
 * <p>Confined to one event loop, where all attempts live; {@link #start} may be called by any thread.
 */
final class AddressRace {
    private final EventLoop loop;
    private final ChannelFactory<? extends Channel> channels;
    private final StreamLimits limits;
    private final ConnectOptions options;
    private final String target;
    private final long deadlineNanos;
    private final CompletableFuture<StreamConnection> result = new CompletableFuture<>();

    private final ArrayDeque<SocketAddress> untried = new ArrayDeque<>();
    private final List<Channel> running = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private @Nullable Future<?> nextAttempt;
    private @Nullable Future<?> deadline;

    /** @param target what to call the addresses together, in messages */
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
        this.deadlineNanos = System.nanoTime() + options.connectTimeout().toNanos();
    }

    CompletableFuture<StreamConnection> result() {
        return result;
    }

    /** @param addresses in the order of preference, at least one */
    void start(List<? extends SocketAddress> addresses) {
        loop.execute(() -> {
            untried.addAll(addresses);
            deadline = loop.schedule(this::timedOut, deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
            result.whenComplete((connection, failure) -> loop.execute(this::end));
            attemptNext();
        });
    }

    private void attemptNext() {
        nextAttempt = null;
        SocketAddress address = untried.poll();
        if (address == null || result.isDone()) {
            return;
        }
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // the race has a deadline
                .handler(new StreamChannelHandler(limits, this::connected));
        if (address instanceof java.net.InetSocketAddress) {
            bootstrap.option(ChannelOption.TCP_NODELAY, true);
        }
        ChannelFuture attempt = bootstrap.connect(address, options.localAddress());
        running.add(attempt.channel());
        attempt.addListener(done -> {
            if (!done.isSuccess()) {
                running.remove(attempt.channel());
                failed(done.cause());
            }
        });
        if (!untried.isEmpty() && nextAttempt == null) {
            nextAttempt =
                    loop.schedule(this::attemptNext, options.attemptDelay().toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private void connected(StreamConnection connection) {
        running.remove((Channel) connection.writer().getExtraInfo("channel"));
        if (!result.complete(connection)) {
            connection.abort();
        }
    }

    private void failed(Throwable cause) {
        failures.add(cause);
        if (!untried.isEmpty()) {
            if (nextAttempt != null) {
                nextAttempt.cancel(false);
            }
            attemptNext();
        } else if (running.isEmpty()) {
            result.completeExceptionally(failure(new ConnectException(message("could not connect to " + target))));
        }
    }

    private void timedOut() {
        result.completeExceptionally(failure(new SocketTimeoutException(
                message("could not connect to " + target + " within " + options.connectTimeout()))));
    }

    private String message(String what) {
        StringBuilder text = new StringBuilder(what);
        String separator = ": ";
        for (Throwable failure : failures) {
            text.append(separator).append(failure.getMessage());
            separator = "; ";
        }
        return text.toString();
    }

    private <X extends Throwable> X failure(X summary) {
        failures.forEach(summary::addSuppressed);
        return summary;
    }

    /** The caller has a connection, or wants none any more. */
    private void end() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (nextAttempt != null) {
            nextAttempt.cancel(false);
        }
        untried.clear();
        List.copyOf(running).forEach(Channel::close);
    }
}
