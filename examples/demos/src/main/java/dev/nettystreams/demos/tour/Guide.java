package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.NettyStreams;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Prints the findings of a stop, and provides its streams. */
final class Guide {
    /** Far more than any step needs: a longer wait means that it hangs. */
    private static final int PATIENCE_SECONDS = 20;

    final NettyStreams streams;

    private final PrintWriter out;
    private final Path directory;

    /** @param directory an empty directory for Unix sockets */
    Guide(NettyStreams streams, PrintWriter out, Path directory) {
        this.streams = streams;
        this.out = out;
        this.directory = directory;
    }

    String socketPath(String name) {
        return directory.resolve(name).toString();
    }

    void say(String what) {
        out.println("     " + what);
        out.flush();
    }

    void expect(boolean isTrue, String what) {
        if (!isTrue) {
            throw new TourException("not true: " + what);
        }
    }

    void expect(Object actual, Object expected, String what) {
        if (!Objects.equals(actual, expected)) {
            throw new TourException(what + " is " + actual + ", expected " + expected);
        }
    }

    /** Waits with a timeout: a tour that hangs shows nothing. */
    <T> T get(CompletableFuture<T> future) throws Exception {
        return await(future.copy().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    /** Returns the failure of a future, which must be of the given type. */
    <X extends Throwable> X failure(Class<X> type, CompletableFuture<?> future) throws Exception {
        try {
            future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (type.isInstance(e.getCause())) {
                return type.cast(e.getCause());
            }
            throw new TourException("expected a " + type.getSimpleName() + ", but it failed with " + e.getCause());
        }
        throw new TourException("expected a " + type.getSimpleName() + ", but it completed");
    }

    /** Opens a TCP connection and returns both ends. */
    TwoEnds twoEnds() throws Exception {
        return twoEnds(StreamLimits.DEFAULT);
    }

    TwoEnds twoEnds(StreamLimits limits) throws Exception {
        return TwoEnds.open(this, limits);
    }

    /** A client's connection, and the server's end of it. */
    record TwoEnds(StreamConnection client, StreamConnection server) implements AutoCloseable {
        private static TwoEnds open(Guide guide, StreamLimits limits) throws Exception {
            CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
            NettyStreams streams = guide.streams.withLimits(limits);
            try (var server = guide.get(streams.startServer(new Accepting(accepted), "127.0.0.1", 0))) {
                StreamConnection client = guide.get(streams.openConnection("127.0.0.1", server.port()));
                return new TwoEnds(client, guide.get(accepted));
            }
        }

        @Override
        public void close() {
            client.abort();
            server.abort();
        }
    }
}
