package dev.nettystreams.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The open connections of one workload to one server. They stay open from its warm-up to its last round. */
public final class LoadConnections implements AutoCloseable {
    private static final int OPENED_AT_ONCE = 200;
    private static final long OPEN_SECONDS = 30;

    /** The time beyond the end of a run that the last replies may take. */
    private static final long GRACE_SECONDS = 10;

    private static final Drive NONE = new Drive() {
        @Override
        public void replied(LoadConnection connection, int count) {}

        @Override
        public void failed(Throwable failure) {}
    };

    private final LoadGenerator generator;
    private final ByteBuf requests;
    private final List<LoadConnection> connections = new ArrayList<>();
    private final List<Channel> channels = new ArrayList<>();

    private Drive drive = NONE; // on the event loop
    private @Nullable Throwable failure; // on the event loop
    private boolean isClosing; // on the event loop

    private LoadConnections(LoadGenerator generator, ByteBuf requests) {
        this.generator = generator;
        this.requests = requests;
    }

    /**
     * Opens all connections of a workload.
     *
     * @param generator their event loop
     * @param workload their number, their requests and whether they are under TLS
     * @param port the server's port at 127.0.0.1
     * @return open connections
     * @throws IOException if the server refuses one, or does not accept it in time
     * @throws InterruptedException if this thread is interrupted
     */
    public static LoadConnections open(LoadGenerator generator, Workload workload, int port)
            throws IOException, InterruptedException {
        LoadConnections opened =
                new LoadConnections(generator, workload.exchange().requests(workload.depth()));
        try {
            for (int from = 0; from < workload.connectionCount(); from += OPENED_AT_ONCE) {
                opened.open(workload, port, from, Math.min(from + OPENED_AT_ONCE, workload.connectionCount()));
            }
            return opened;
        } catch (IOException | InterruptedException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void open(Workload workload, int port, int from, int to) throws IOException, InterruptedException {
        List<ChannelFuture> opening = new ArrayList<>();
        for (int i = from; i < to; i++) {
            LoadConnection connection = new LoadConnection(i, this, requests, workload.exchange());
            connections.add(connection);
            ChannelFuture opened =
                    generator.client(workload.isTls(), () -> connection).connect("127.0.0.1", port);
            channels.add(opened.channel());
            opening.add(opened);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS);
        for (ChannelFuture each : opening) {
            if (!each.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new IOException("the server did not accept " + to + " connections in " + OPEN_SECONDS + " s");
            }
            if (!each.isSuccess()) {
                throw new IOException("connect: " + each.cause().getMessage(), each.cause());
            }
            SslHandler tls = each.channel().pipeline().get(SslHandler.class);
            if (tls != null) {
                awaitHandshake(tls.handshakeFuture(), end);
            }
        }
    }

    private static void awaitHandshake(Future<Channel> handshake, long end) throws IOException, InterruptedException {
        if (!handshake.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new IOException("the server did not end its handshakes in " + OPEN_SECONDS + " s");
        }
        if (!handshake.isSuccess()) {
            throw new IOException("TLS handshake: " + handshake.cause().getMessage(), handshake.cause());
        }
    }

    List<LoadConnection> all() {
        return connections;
    }

    EventLoop loop() {
        return generator.loop();
    }

    Drive drive() {
        return drive;
    }

    void fail(Throwable cause) {
        if (!isClosing && failure == null) {
            failure = cause;
            drive.failed(cause);
        }
    }

    /** Runs a drive, whose future it completes itself. */
    <T> T run(Drive next, CompletableFuture<T> outcome, Runnable begin, Duration duration)
            throws IOException, InterruptedException {
        loop().execute(() -> {
            if (failure != null) {
                outcome.completeExceptionally(failure);
                return;
            }
            drive = next;
            connections.forEach(connection -> connection.repliedCount = 0);
            begin.run();
        });
        try {
            return outcome.get(duration.toNanos() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException(
                    "replies are missing " + GRACE_SECONDS + " s after the end of a run: the server stalls", e);
        } finally {
            loop().execute(() -> drive = NONE);
        }
    }

    /** Closes all connections and waits until they are closed. */
    @Override
    public void close() {
        List<Channel> open = List.copyOf(channels);
        loop().submit(() -> {
                    isClosing = true;
                    open.forEach(Channel::close);
                })
                .syncUninterruptibly();
        for (Channel channel : open) {
            channel.closeFuture().awaitUninterruptibly(GRACE_SECONDS, TimeUnit.SECONDS);
        }
        loop().execute(requests::release);
    }
}
