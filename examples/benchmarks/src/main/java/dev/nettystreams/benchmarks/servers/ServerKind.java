package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.tls.TlsEngine;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server that can be compared.
 *
 * @param name the name on the command line and in reports
 * @param description the library and its way of working
 * @param isForTlsOnly whether it differs from another server under TLS only
 * @param isOurs whether it runs on this library
 * @param python the argument of the Python program; null for servers of the JVM
 */
public record ServerKind(
        String name,
        String description,
        boolean isForTlsOnly,
        boolean isOurs,
        @Nullable String python) {
    /** The baseline: raw Netty on epoll. */
    public static final String BASELINE = "raw-epoll";

    private static final String LINES = "netty-lines";

    private record Entry(ServerKind kind, Supplier<RunningServer> server) {}

    private static final List<Entry> ENTRIES = entries();

    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (StreamsServer.Awaiting awaiting : StreamsServer.Awaiting.values()) {
            String name = "ours-" + awaiting.name().toLowerCase(Locale.ROOT);
            String way = "netty-streams, " + described(awaiting);
            add(entries, name, way + ", epoll", true, IoBackend.EPOLL, awaiting);
            add(entries, name + "-uring", way + ", io_uring", true, IoBackend.IO_URING, awaiting);
            entries.add(new Entry(
                    new ServerKind(name + "-jdktls", way + ", epoll, the JDK's TLS", true, true, null),
                    () -> new StreamsServer(awaiting, IoBackend.EPOLL, TlsEngine.JDK)));
        }
        for (NettyServer.Transport transport : NettyServer.Transport.values()) {
            String name = transport.name().toLowerCase(Locale.ROOT);
            entries.add(new Entry(
                    new ServerKind("raw-" + name, "raw Netty by hand, " + described(transport), false, false, null),
                    () -> new NettyServer(transport, SslProvider.OPENSSL, false)));
        }
        entries.add(new Entry(
                new ServerKind("raw-epoll-jdktls", "raw Netty by hand, epoll, the JDK's TLS", true, false, null),
                () -> new NettyServer(NettyServer.Transport.EPOLL, SslProvider.JDK, false)));
        entries.add(new Entry(
                new ServerKind(LINES, "Netty's LineBasedFrameDecoder, epoll (ping only)", false, false, null),
                () -> new NettyServer(NettyServer.Transport.EPOLL, SslProvider.OPENSSL, true)));
        entries.add(new Entry(new ServerKind("vertx", "Vert.x, epoll", false, false, null), VertxServer::new));
        entries.add(new Entry(
                new ServerKind("reactor-netty", "Reactor Netty, epoll", false, false, null), ReactorServer::new));
        entries.add(new Entry(
                new ServerKind("blocking", "blocking sockets on virtual threads (Java 21+)", false, false, null),
                BlockingServer::new));
        for (String library : List.of("asyncio", "uvloop")) {
            entries.add(
                    new Entry(new ServerKind(library, "Python's streams on " + library, false, false, library), () -> {
                        throw new UnsupportedOperationException(library + " runs under python3");
                    }));
        }
        return List.copyOf(entries);
    }

    private static void add(
            List<Entry> entries,
            String name,
            String description,
            boolean isOurs,
            IoBackend backend,
            StreamsServer.Awaiting awaiting) {
        entries.add(new Entry(
                new ServerKind(name, description, false, isOurs, null),
                () -> new StreamsServer(awaiting, backend, TlsEngine.best())));
    }

    private static String described(NettyServer.Transport transport) {
        return switch (transport) {
            case EPOLL -> "epoll";
            case URING -> "io_uring";
            case NIO -> "NIO";
        };
    }

    private static String described(StreamsServer.Awaiting awaiting) {
        return switch (awaiting) {
            case CALLBACKS -> "callbacks";
            case LOOP -> "await on the event loop";
            case VIRTUAL -> "await on virtual threads";
            case THREADS -> "await on platform threads";
        };
    }

    /**
     * Returns whether the server takes part in a comparison.
     *
     * @param mode the protocol
     * @param isTls whether it is under TLS
     * @return false for servers that exist for something else
     */
    public boolean isFor(Mode mode, boolean isTls) {
        return (isTls || !isForTlsOnly) && (mode == Mode.PING || !name.equals(LINES));
    }

    /**
     * Returns all servers that this program knows.
     *
     * @return each with a name of its own
     */
    public static List<ServerKind> all() {
        return ENTRIES.stream().map(Entry::kind).toList();
    }

    /**
     * Finds a server by its name.
     *
     * @param name the name
     * @return null if there is none
     */
    public static @Nullable ServerKind named(String name) {
        return all().stream()
                .filter(kind -> kind.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /**
     * Starts the server in this process, where it runs until the process ends.
     *
     * @param task the work
     * @throws UnsupportedOperationException if this machine or this server cannot do it; its message says why
     * @throws Exception any failure to listen
     */
    public void start(ServerTask task) throws Exception {
        for (Entry entry : ENTRIES) {
            if (entry.kind().equals(this)) {
                entry.server().get().start(task);
                return;
            }
        }
        throw new UnsupportedOperationException("unknown server: " + name);
    }
}
