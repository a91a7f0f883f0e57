package dev.nettystreams.tls;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The wire of a test: an engine, a backend of this machine, and TCP or a Unix socket. */
record TlsWire(TlsEngine engine, IoBackend backend, boolean isUnix) {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    static Stream<TlsWire> all() {
        return engines().stream()
                .flatMap(engine -> IoBackend.available().stream()
                        .flatMap(backend ->
                                Stream.of(new TlsWire(engine, backend, false), new TlsWire(engine, backend, true))));
    }

    static Stream<TlsWire> tcp() {
        return all().filter(wire -> !wire.isUnix);
    }

    /** Returns one wire for each engine. */
    static Stream<TlsWire> perEngine() {
        return engines().stream().map(engine -> new TlsWire(engine, IoBackend.best(), false));
    }

    private static List<TlsEngine> engines() {
        return Arrays.stream(TlsEngine.values()).filter(TlsEngine::isAvailable).toList();
    }

    /** Returns whether one side may end its output and read on. */
    boolean hasHalfClose(String version) {
        return engine == TlsEngine.JDK && version.equals("TLSv1.3");
    }

    TlsClient client() {
        return Tls.client().engine(engine).trusting(TlsTrust.certificates(Certificates.ROOT.getCertificate()));
    }

    TlsServer server() {
        return Tls.server(Certificates.identity(Certificates.LOCALHOST)).engine(engine);
    }

    /** Both ends of one connection. */
    record Pair(StreamConnection client, StreamConnection server) {
        /** Upgrades both sides at once. */
        void startTls(TlsClient client, TlsServer server) throws Exception {
            CompletableFuture<TlsSession> ofServer = this.server.writer().startTls(server);
            get(this.client.writer().startTls(client));
            get(ofServer);
        }

        void close() throws Exception {
            client.close();
            server.close();
            get(client.waitClosed().handle((done, lost) -> null));
            get(server.waitClosed().handle((done, lost) -> null));
        }
    }

    /** Connects a pair in plaintext. */
    Pair pair(NettyStreams streams) throws Exception {
        CompletableFuture<StreamConnection> accepted = new CompletableFuture<>();
        ConnectionHandler handler = new ConnectionHandler() {
            @Override
            public void handle(StreamReader reader, StreamWriter writer) {}

            @Override
            public CompletableFuture<Void> start(StreamConnection connection) {
                accepted.complete(connection);
                return connection.waitClosed().handle((done, lost) -> null);
            }
        };
        String path = isUnix ? newPath() : "";
        StreamServer server =
                get(isUnix ? streams.startUnixServer(handler, path) : streams.startServer(handler, "127.0.0.1", 0));
        StreamConnection client =
                get(isUnix ? streams.openUnixConnection(path) : streams.openConnection("127.0.0.1", server.port()));
        Pair pair = new Pair(client, get(accepted));
        server.close();
        return pair;
    }

    /** Connects a pair under TLS, with startTls. */
    Pair securePair(NettyStreams streams) throws Exception {
        Pair pair = pair(streams);
        pair.startTls(client().upgrade("localhost"), server());
        return pair;
    }

    /** Does the same with one version of TLS. */
    Pair securePair(NettyStreams streams, String version) throws Exception {
        Pair pair = pair(streams);
        pair.startTls(client().upgrade("localhost"), server().protocols(version));
        return pair;
    }

    static String newPath() throws IOException {
        Path directory = Files.createTempDirectory("nst");
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
        } catch (ExecutionException e) {
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

    @Override
    public String toString() {
        return engine + " " + backend + (isUnix ? " unix" : " tcp");
    }
}
