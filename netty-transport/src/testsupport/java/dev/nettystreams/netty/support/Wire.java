package dev.nettystreams.netty.support;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.testing.StreamPair;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The wire of a test: a backend of this machine, and TCP or a Unix socket. */
public record Wire(IoBackend backend, boolean isUnix) {
    /** Writes back each byte that it reads, until EOF. */
    public static final ConnectionHandler ECHO =
            ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer));

    private static final AtomicInteger COUNTER = new AtomicInteger();

    public static Stream<Wire> all() {
        return IoBackend.available().stream()
                .flatMap(backend -> Stream.of(new Wire(backend, false), new Wire(backend, true)));
    }

    public static Stream<Wire> tcp() {
        return all().filter(wire -> !wire.isUnix);
    }

    public static Stream<Wire> unix() {
        return all().filter(Wire::isUnix);
    }

    /** A server and its address. */
    public record Served(Wire wire, NettyStreams streams, StreamServer server, String path) {
        public StreamConnection connect() throws Exception {
            return get(connecting());
        }

        public CompletableFuture<StreamConnection> connecting() {
            return wire.isUnix ? streams.openUnixConnection(path) : streams.openConnection("127.0.0.1", server.port());
        }
    }

    public Served serve(NettyStreams streams, ConnectionHandler handler) throws Exception {
        return serve(streams, handler, ServerOptions.DEFAULT);
    }

    public Served serve(NettyStreams streams, ConnectionHandler handler, ServerOptions options) throws Exception {
        if (!isUnix) {
            return new Served(this, streams, get(streams.startServer(handler, "127.0.0.1", 0, options)), "");
        }
        String path = newPath();
        return new Served(this, streams, get(streams.startUnixServer(handler, path, options)), path);
    }

    /** Both ends of one connection, for tests that play both sides. */
    public record Pair(StreamConnection client, StreamConnection server) {
        public StreamPair toStreamPair() {
            return new StreamPair(client, server);
        }

        /** Starts TLS on both sides at once. */
        public void startTls(TlsUpgrade ofClient, TlsUpgrade ofServer) throws Exception {
            CompletableFuture<TlsSession> accepting = server.writer().startTls(ofServer);
            get(client.writer().startTls(ofClient));
            get(accepting);
        }

        /** Closes both sides, and waits until they are closed, whether bytes were lost or not. */
        public void close() throws Exception {
            client.close();
            server.close();
            get(client.waitClosed().handle((done, lost) -> null));
            get(server.waitClosed().handle((done, lost) -> null));
        }
    }

    public Pair pair(NettyStreams streams) throws Exception {
        return pair(streams, streams);
    }

    public Pair pair(NettyStreams clients, NettyStreams servers) throws Exception {
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        Served served = serve(servers, new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) {}

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

    public static String newPath() throws IOException {
        Path directory = Files.createTempDirectory("ns");
        directory.toFile().deleteOnExit();
        return directory.resolve("s" + COUNTER.incrementAndGet()).toString();
    }

    /** Returns Netty's channel below a connection. */
    public static Channel channelOf(StreamConnection connection) {
        return (Channel) connection.writer().getExtraInfo("channel");
    }

    /** Waits with a timeout. */
    public static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    public static Throwable failureOf(CompletableFuture<?> future) throws Exception {
        try {
            future.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            return e.getCause();
        }
        throw new AssertionError("it did not fail");
    }

    public static byte[] pattern(int byteCount) {
        byte[] bytes = new byte[byteCount];
        for (int i = 0; i < byteCount; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8));
        }
        return bytes;
    }

    @Override
    public String toString() {
        return backend + (isUnix ? " unix" : " tcp");
    }
}
