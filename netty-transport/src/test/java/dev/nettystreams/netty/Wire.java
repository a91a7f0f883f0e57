package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The wire of a test: a backend of this machine, and TCP or a Unix socket. */
record Wire(IoBackend backend, boolean isUnix) {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    static Stream<Wire> all() {
        return IoBackend.available().stream()
                .flatMap(backend -> Stream.of(new Wire(backend, false), new Wire(backend, true)));
    }

    static Stream<Wire> tcp() {
        return all().filter(wire -> !wire.isUnix);
    }

    static Stream<Wire> unix() {
        return all().filter(Wire::isUnix);
    }

    /** A server and its address. */
    record Served(Wire wire, NettyStreams streams, StreamServer server, String path) {
        StreamConnection connect() throws Exception {
            return get(connecting());
        }

        CompletableFuture<StreamConnection> connecting() {
            return wire.isUnix ? streams.openUnixConnection(path) : streams.openConnection("127.0.0.1", server.port());
        }
    }

    Served serve(NettyStreams streams, ConnectionHandler handler) throws Exception {
        return serve(streams, handler, ServerOptions.DEFAULT);
    }

    Served serve(NettyStreams streams, ConnectionHandler handler, ServerOptions options) throws Exception {
        if (!isUnix) {
            return new Served(this, streams, get(streams.startServer(handler, "127.0.0.1", 0, options)), "");
        }
        String path = newPath();
        return new Served(this, streams, get(streams.startUnixServer(handler, path, options)), path);
    }

    /** Both ends of one connection, for tests that play both sides. */
    record Pair(StreamConnection client, StreamConnection server) {}

    Pair pair(NettyStreams streams) throws Exception {
        return pair(streams, streams);
    }

    Pair pair(NettyStreams clients, NettyStreams servers) throws Exception {
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        Served served = serve(servers, new ConnectionHandler() {
            @Override
            public void handle(dev.nettystreams.StreamReader reader, dev.nettystreams.StreamWriter writer) {}

            @Override
            public CompletableFuture<Void> start(StreamConnection connection) {
                accepted.complete(connection);
                return connection.waitClosed().handle((done, lost) -> null);
            }
        });
        StreamConnection client = new Served(this, clients, served.server(), served.path()).connect();
        Pair pair = new Pair(client, get(accepted));
        served.server().close();
        return pair;
    }

    static String newPath() throws IOException {
        Path directory = Files.createTempDirectory("ns");
        directory.toFile().deleteOnExit();
        return directory.resolve("s" + COUNTER.incrementAndGet()).toString();
    }

    /** Waits with a timeout. */
    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    static Throwable failureOf(CompletableFuture<?> future) throws Exception {
        try {
            future.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            return e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    static byte[] pattern(int byteCount) {
        byte[] bytes = new byte[byteCount];
        for (int i = 0; i < byteCount; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8));
        }
        return bytes;
    }

    static List<byte[]> list(byte[]... elements) {
        return new ArrayList<>(List.of(elements));
    }

    @Override
    public String toString() {
        return backend + (isUnix ? " unix" : " tcp");
    }
}
