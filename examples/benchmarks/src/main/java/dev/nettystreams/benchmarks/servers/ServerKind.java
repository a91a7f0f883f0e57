package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.tls.TlsEngine;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server that can be compared.
 *
 * @param name the name on the command line and in reports
 * @param description the library and its way of working
 * @param use the workloads that it is made for
 * @param hasLoops whether it can have several event loops
 * @param python the argument of the Python program; null for servers of the JVM
 */
public record ServerKind(
        String name,
        String description,
        Use use,
        boolean hasLoops,
        @Nullable String python) {
    /** The workloads that a server is made for. */
    public enum Use {
        /** All. */
        ALL(""),
        /** Those under TLS: in plaintext it is the same as another server. */
        TLS("under TLS"),
        /** Requests that are lines. */
        PING("request and reply"),
        /** Echo: elsewhere it is the same as another server. */
        ECHO("echo");

        private final String description;

        Use(String description) {
            this.description = description;
        }
    }

    /** The baseline: raw Netty on epoll. */
    public static final String BASELINE = "raw-epoll";

    private record Entry(ServerKind kind, Supplier<RunningServer> server) {}

    private static final List<Entry> ENTRIES = entries();

    private static List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (StreamsServer.Awaiting awaiting : StreamsServer.Awaiting.values()) {
            addOurs(entries, awaiting);
        }
        for (NettyServer.Transport transport : NettyServer.Transport.values()) {
            add(
                    entries,
                    "raw-" + transport.name().toLowerCase(Locale.ROOT),
                    "raw Netty by hand, " + described(transport),
                    Use.ALL,
                    () -> new NettyServer(transport, SslProvider.OPENSSL, false));
        }
        add(
                entries,
                "raw-epoll-jdktls",
                "raw Netty by hand, epoll, the JDK's TLS",
                Use.TLS,
                () -> new NettyServer(NettyServer.Transport.EPOLL, SslProvider.JDK, false));
        add(
                entries,
                "netty-lines",
                "Netty's LineBasedFrameDecoder, epoll",
                Use.PING,
                () -> new NettyServer(NettyServer.Transport.EPOLL, SslProvider.OPENSSL, true));
        add(entries, "reactor-netty", "Reactor Netty, epoll", Use.ALL, ReactorServer::new);
        entries.add(new Entry(new ServerKind("vertx", "Vert.x, epoll", Use.ALL, false, null), VertxServer::new));
        entries.add(new Entry(
                new ServerKind("blocking", "blocking sockets on virtual threads (Java 21+)", Use.ALL, false, null),
                BlockingServer::new));
        for (String library : List.of("asyncio", "uvloop")) {
            entries.add(new Entry(
                    new ServerKind(library, "Python's streams on " + library, Use.ALL, false, library), () -> {
                        throw new UnsupportedOperationException(library + " runs under python3");
                    }));
        }
        return List.copyOf(entries);
    }

    private static void addOurs(List<Entry> entries, StreamsServer.Awaiting awaiting) {
        String name = "ours-" + awaiting.name().toLowerCase(Locale.ROOT);
        String way = "netty-streams, " + described(awaiting);
        EchoWay arrays = EchoWay.ARRAYS;
        add(
                entries,
                name,
                way + ", epoll",
                Use.ALL,
                () -> new StreamsServer(awaiting, IoBackend.EPOLL, TlsEngine.best(), arrays));
        add(
                entries,
                name + "-uring",
                way + ", io_uring",
                Use.ALL,
                () -> new StreamsServer(awaiting, IoBackend.IO_URING, TlsEngine.best(), arrays));
        add(
                entries,
                name + "-jdktls",
                way + ", epoll, the JDK's TLS",
                Use.TLS,
                () -> new StreamsServer(awaiting, IoBackend.EPOLL, TlsEngine.JDK, arrays));
        if (awaiting != StreamsServer.Awaiting.THREADS) {
            add(
                    entries,
                    name + "-into",
                    way + ", epoll, readInto and write(ByteBuffer)",
                    Use.ECHO,
                    () -> new StreamsServer(awaiting, IoBackend.EPOLL, TlsEngine.best(), EchoWay.INTO));
            add(
                    entries,
                    name + "-borrow",
                    way + ", epoll, borrow and write(BorrowedBytes)",
                    Use.ECHO,
                    () -> new StreamsServer(awaiting, IoBackend.EPOLL, TlsEngine.best(), EchoWay.BORROW));
        }
    }

    private static void add(
            List<Entry> entries, String name, String description, Use use, Supplier<RunningServer> server) {
        entries.add(new Entry(new ServerKind(name, description, use, true, null), server));
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
        return switch (use) {
            case ALL -> true;
            case TLS -> isTls;
            case PING -> mode == Mode.PING;
            case ECHO -> mode == Mode.ECHO;
        };
    }

    /**
     * Returns the workloads that it is made for, in words.
     *
     * @return an empty string if these are all
     */
    public String useInWords() {
        return use.description;
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
     * Returns the baseline.
     *
     * @return the server named {@link #BASELINE}
     */
    public static ServerKind baseline() {
        return Objects.requireNonNull(named(BASELINE));
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
