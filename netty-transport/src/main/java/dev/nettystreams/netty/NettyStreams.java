package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections and starts servers: asyncio's {@code open_connection}, {@code start_server} and their Unix siblings.
 *
 * <pre>{@code
 * try (NettyStreams streams = NettyStreams.create()) {
 *     StreamServer server = await(streams.startServer((reader, writer) -> {
 *         byte[] line;
 *         while ((line = await(reader.readLine())).length > 0) {
 *             writer.write(line);
 *             await(writer.drain());
 *         }
 *     }, "127.0.0.1", 8888));
 *     await(server.serveForever());
 * }
 * }</pre>
 *
 * <p>Connections are spread over the threads of an event loop group, and each stays on its thread. Any thread may call any method. The
 * futures fail with an {@link IOException} that names the address; cancelling one calls the matter off and leaves nothing open.
 */
public final class NettyStreams implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /** Name resolution and binding block, so they have threads of their own; there are few of them and they soon end. */
    private static final ExecutorService BLOCKING =
            Executors.newCachedThreadPool(new DefaultThreadFactory("netty-streams-blocking", true));

    private final Loops loops;
    private final StreamLimits limits;

    private NettyStreams(Loops loops, StreamLimits limits) {
        this.loops = loops;
        this.limits = limits;
    }

    /**
     * Streams on event loops of their own, one for each processor, over the {@linkplain IoBackend#best() best} backend.
     *
     * @return to be closed when it is no longer needed; the process does not end before
     */
    public static NettyStreams create() {
        return create(IoBackend.best());
    }

    /**
     * Streams on event loops of their own, one for each processor.
     *
     * @param backend what to talk to the operating system by
     * @return to be closed when it is no longer needed; the process does not end before
     * @throws IllegalStateException if the backend is not available here
     */
    public static NettyStreams create(IoBackend backend) {
        return create(backend, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Streams on event loops of their own.
     *
     * @param backend what to talk to the operating system by
     * @param loopCount how many event loops, one thread each; one or more
     * @return to be closed when it is no longer needed; the process does not end before
     * @throws IllegalStateException if the backend is not available here
     */
    public static NettyStreams create(IoBackend backend, int loopCount) {
        return new NettyStreams(Loops.owned(backend.requireAvailable(), loopCount, false), StreamLimits.DEFAULT);
    }

    /**
     * Streams on event loops that the whole process shares. Their threads don't keep the process alive.
     *
     * @return always the same; {@link #close} closes the connections made through it and leaves the event loops running
     */
    public static NettyStreams shared() {
        return Shared.STREAMS;
    }

    /** Made when first asked for. */
    private static final class Shared {
        private static final NettyStreams STREAMS = new NettyStreams(
                Loops.borrowed(
                        IoBackend.best(),
                        Loops.newGroup(IoBackend.best(), Runtime.getRuntime().availableProcessors(), true)),
                StreamLimits.DEFAULT);
    }

    /**
     * Streams on event loops of yours.
     *
     * @param group made for epoll, io_uring, kqueue or NIO; rather with {@link IoBackend#ioHandlerFactory()}. It is yours to shut down
     * @return {@link #close} closes the connections made through it and leaves the group running
     * @throws IllegalArgumentException if the group is for something else
     */
    public static NettyStreams over(EventLoopGroup group) {
        return new NettyStreams(Loops.borrowed(IoBackend.of(group), group), StreamLimits.DEFAULT);
    }

    /**
     * The same event loops, with other bounds for the connections made through the result.
     *
     * @param connectionLimits the bounds of each connection
     * @return a view of this object; closing one closes the other
     */
    public NettyStreams withLimits(StreamLimits connectionLimits) {
        return new NettyStreams(loops, connectionLimits);
    }

    /**
     * What these streams talk to the operating system by.
     *
     * @return the backend
     */
    public IoBackend backend() {
        return loops.backend;
    }

    // ---- connecting

    /**
     * Connects to a host (asyncio's {@code open_connection}), with the default options.
     *
     * <p>Completes when the connection is there. Fails with {@link java.net.UnknownHostException}, {@link ConnectException} when no address
     * takes the connection, {@link java.net.SocketTimeoutException} after 30 s; the causes of all attempts are among the suppressed ones.
     *
     * @param host a name or an address
     * @param port 1 to 65535
     * @return the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port) {
        return openConnection(host, port, ConnectOptions.DEFAULT);
    }

    /**
     * Connects to a host; see {@link #openConnection(String, int)}. All addresses of the name are tried, families in turn, the next one
     * beside those before it when they take long (RFC 8305).
     *
     * @param host a name or an address
     * @param port 1 to 65535
     * @param options how to
     * @return the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port, ConnectOptions options) {
        requirePort(port, 1);
        AddressRace race =
                new AddressRace(loops.group.next(), loops.channels().tcp(), limits, options, host + ":" + port);
        onBlockingThread(race.result(), () -> {
            race.start(NameResolution.toConnectTo(host, port));
            return null;
        });
        return tracked(race.result());
    }

    /**
     * Connects to a Unix socket (asyncio's {@code open_unix_connection}).
     *
     * <p>Completes when the connection is there. Fails with {@link ConnectException} if nobody listens there.
     *
     * @param path of the socket; on Linux with epoll also an abstract name, which begins with a NUL character
     * @return the connection
     * @throws IllegalArgumentException if no socket can have that path: too long, empty, a NUL inside
     */
    public CompletableFuture<StreamConnection> openUnixConnection(String path) {
        UnixPath checked = new UnixPath(path);
        Loops unix = loops.forUnixSockets();
        AddressRace race = new AddressRace(
                unix.group.next(), unix.unixChannels(), limits, ConnectOptions.DEFAULT, "unix:" + checked);
        race.start(List.of(checked.address(unix.backend)));
        return tracked(race.result());
    }

    private CompletableFuture<StreamConnection> tracked(CompletableFuture<StreamConnection> opening) {
        opening.whenComplete((connection, failure) -> {
            if (connection != null) {
                loops.connections.add(connection);
                connection.waitClosed().whenComplete((done, lost) -> loops.connections.remove(connection));
            }
        });
        return opening;
    }

    // ---- serving

    /**
     * Starts a server (asyncio's {@code start_server}), with the default options.
     *
     * <p>Completes when it listens. Fails with {@link java.net.BindException} if an address cannot be had, {@link java.net.UnknownHostException}
     * if the host has none.
     *
     * @param handler run for each connection
     * @param host a name or an address, each of whose addresses is listened on; empty for all interfaces
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @return the server, serving
     */
    public CompletableFuture<StreamServer> startServer(ConnectionHandler handler, String host, int port) {
        return startServer(handler, host, port, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * @param handler run for each connection
     * @param host a name or an address, each of whose addresses is listened on; empty for all interfaces
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @param options how to
     * @return the server, serving unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, String host, int port, ServerOptions options) {
        requirePort(port, 0);
        return start(
                loops,
                handler,
                options,
                listening -> listening.tcp(
                        NameResolution.toListenOn(host, port), loops.channels().tcpServer()));
    }

    /**
     * Starts a server on a Unix socket (asyncio's {@code start_unix_server}), with the default options.
     *
     * <p>Completes when it listens. A socket that nobody listens on any more is replaced. Fails with {@link java.net.BindException} if a server
     * listens there, or if something else than a socket is there, which is left alone.
     *
     * @param handler run for each connection
     * @param path of the socket; on Linux with epoll also an abstract name, which begins with a NUL character
     * @return the server, serving
     * @throws IllegalArgumentException if no socket can have that path: too long, empty, a NUL inside
     */
    public CompletableFuture<StreamServer> startUnixServer(ConnectionHandler handler, String path) {
        return startUnixServer(handler, path, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on a Unix socket; see {@link #startUnixServer(ConnectionHandler, String)}.
     *
     * @param handler run for each connection
     * @param path of the socket; on Linux with epoll also an abstract name, which begins with a NUL character
     * @param options how to
     * @return the server, serving unless the options say otherwise
     * @throws IllegalArgumentException if no socket can have that path: too long, empty, a NUL inside
     */
    public CompletableFuture<StreamServer> startUnixServer(
            ConnectionHandler handler, String path, ServerOptions options) {
        UnixPath checked = new UnixPath(path);
        Loops unix = loops.forUnixSockets();
        checked.address(unix.backend);
        return start(
                unix, handler, options, listening -> listening.unix(checked, unix.backend, unix.unixServerChannels()));
    }

    /** What opens a server's sockets. */
    @FunctionalInterface
    private interface Opening {
        void open(Listening listening) throws IOException;
    }

    private CompletableFuture<StreamServer> start(
            Loops on, ConnectionHandler handler, ServerOptions options, Opening opening) {
        CompletableFuture<StreamServer> started = new CompletableFuture<>();
        onBlockingThread(started, () -> {
            StreamServer server = new StreamServer(on.group, limits, handler, options, loops.connections);
            opening.open(new Listening(on.group, server, options));
            loops.servers.add(server);
            server.waitClosed().whenComplete((done, failure) -> loops.servers.remove(server));
            if (options.startServing()) {
                server.startServing();
            }
            if (!started.complete(server)) {
                server.close();
            }
            return null;
        });
        return started;
    }

    private static void onBlockingThread(CompletableFuture<?> outcome, Callable<@Nullable Void> task) {
        BLOCKING.execute(() -> {
            try {
                task.call();
            } catch (Throwable e) { // whatever went wrong is the caller's to know
                outcome.completeExceptionally(e);
            }
        });
    }

    private static void requirePort(int port, int lowest) {
        if (port < lowest || port > 65535) {
            throw new IllegalArgumentException("port not in " + lowest + " to 65535: " + port);
        }
    }

    /**
     * Closes the servers and, gracefully, the connections made through these streams, and then the event loops, unless they are shared or
     * yours. Waits for that, five seconds at most, unless called on one of the event loops; what is still open then is cut off.
     */
    @Override
    public void close() {
        loops.close(CLOSE_TIMEOUT);
    }

    @Override
    public String toString() {
        return "NettyStreams[" + loops.backend.name().toLowerCase(Locale.ROOT) + ", " + loops.connections.size()
                + " connections]";
    }
}
