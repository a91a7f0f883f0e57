package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections and starts servers: asyncio's {@code open_connection}, {@code start_server} and their Unix
 * siblings.
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
 * <p>Connections are spread over the threads of an event loop group, and each stays on its thread. Any thread may call
 * any method. The futures fail with an {@link IOException} that names the address, or says that these streams are
 * closed; cancelling one calls the matter off and leaves nothing open.
 */
public final class NettyStreams implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private static final Object SHARED_LOCK = new Object();
    private static @Nullable NettyStreams shared; // guarded by SHARED_LOCK

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
     * @throws IllegalStateException as for {@link IoBackend#best}
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
     * @return always the same; {@link #close} closes the servers and connections made through it so far, and nothing
     *     else
     * @throws IllegalStateException as for {@link IoBackend#best}
     */
    public static NettyStreams shared() {
        synchronized (SHARED_LOCK) { // not a static initializer: what fails in one is told once, and then hidden
            if (shared == null) {
                shared = new NettyStreams(
                        Loops.shared(IoBackend.best(), Runtime.getRuntime().availableProcessors()),
                        StreamLimits.DEFAULT);
            }
            return shared;
        }
    }

    /**
     * Streams on event loops of yours.
     *
     * @param group made for epoll, io_uring, kqueue or NIO; rather with {@link IoBackend#ioHandlerFactory()}. It is
     *     yours to shut down
     * @return {@link #close} closes the connections made through it and leaves the group running
     * @throws IllegalArgumentException if the group is for something else
     * @throws IllegalStateException if the streams cannot run on this version of Netty
     */
    public static NettyStreams over(EventLoopGroup group) {
        RequiredNetty.check();
        Objects.requireNonNull(group, "group");
        return new NettyStreams(Loops.borrowed(IoBackend.of(group), group), StreamLimits.DEFAULT);
    }

    /**
     * The same event loops, with other bounds for the connections made through the result.
     *
     * @param connectionLimits the bounds of each connection
     * @return a view of this object; closing one closes the other
     */
    public NettyStreams withLimits(StreamLimits connectionLimits) {
        return new NettyStreams(loops, Objects.requireNonNull(connectionLimits, "connectionLimits"));
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
     * <p>Completes when the connection is there. Fails with {@link java.net.UnknownHostException},
     * {@link ConnectException} when no address takes the connection, {@link java.net.SocketTimeoutException} after 30
     * s; the causes of all attempts are among the suppressed ones.
     *
     * @param host a name or an address
     * @param port 1 to 65535
     * @return the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port) {
        return openConnection(host, port, ConnectOptions.DEFAULT);
    }

    /**
     * Connects to a host; see {@link #openConnection(String, int)}. All addresses of the name are tried, families in
     * turn, the next one beside those before it when they take long (RFC 8305).
     *
     * @param host a name or an address; a name that is not ASCII is looked up as IDNA encodes it
     * @param port 1 to 65535
     * @param options how to
     * @return the connection
     * @throws IllegalArgumentException if {@code host} is empty or the port is out of range
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port, ConnectOptions options) {
        if (Objects.requireNonNull(host, "host").isEmpty()) { // which asyncio takes for the loopback
            throw new IllegalArgumentException("host is empty");
        }
        Objects.requireNonNull(options, "options");
        requirePort(port, 1);
        AddressRace race = race(loops, loops.channels().tcp(), options, printable(host) + ":" + port);
        if (!race.result().isDone()) { // these streams may be closed
            race.start(NameResolution.toConnectTo(host, port, NameLookups.SYSTEM));
        }
        TlsUpgrade tls = options.tls();
        return tls == null ? race.result() : secured(race.result(), tls.towards(host, port));
    }

    /**
     * Connects to a host with TLS from the first byte; see {@link #openConnection(String, int)}.
     *
     * <p>Completes when the handshake is done. Fails with {@link javax.net.ssl.SSLException} when it fails, too, and
     * also {@link dev.nettystreams.PlaintextInjectionException}.
     *
     * @param host a name or an address, which is verified
     * @param port 1 to 65535
     * @param tls a client's side
     * @return the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port, TlsUpgrade tls) {
        return openConnection(host, port, ConnectOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    /** A connection that is cancelled, or whose handshake fails, is ended. */
    private static CompletableFuture<StreamConnection> secured(
            CompletableFuture<StreamConnection> opening, TlsUpgrade tls) {
        CompletableFuture<StreamConnection> secured = new CompletableFuture<>();
        opening.whenComplete((connection, failure) -> {
            if (failure == null) {
                secure(connection, tls, secured);
            } else {
                secured.completeExceptionally(failure);
            }
        });
        secured.whenComplete((connection, calledOff) -> opening.cancel(false));
        return secured;
    }

    private static void secure(
            StreamConnection connection, TlsUpgrade tls, CompletableFuture<StreamConnection> secured) {
        CompletableFuture<TlsSession> handshake;
        try {
            handshake = connection.writer().startTls(tls);
        } catch (StreamClosedException e) { // by the end of these streams
            secured.completeExceptionally(new IOException("these streams are closed", e));
            return;
        } catch (Throwable e) { // a stage drops what its action throws
            connection.abort();
            secured.completeExceptionally(e);
            return;
        }
        handshake.whenComplete((session, refusal) -> {
            if (refusal != null) {
                secured.completeExceptionally(refusal);
            } else if (!secured.complete(connection)) {
                connection.abort();
            }
        });
        secured.whenComplete((result, calledOff) -> handshake.cancel(false));
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
        return openUnix(path);
    }

    /**
     * Connects to a Unix socket with TLS from the first byte; see {@link #openUnixConnection(String)}.
     *
     * @param path of the socket; on Linux with epoll also an abstract name, which begins with a NUL character
     * @param tls a client's side, which knows its host by itself
     * @return the connection
     * @throws IllegalArgumentException if no socket can have that path: too long, empty, a NUL inside
     */
    public CompletableFuture<StreamConnection> openUnixConnection(String path, TlsUpgrade tls) {
        Objects.requireNonNull(tls, "tls");
        return secured(openUnix(path), tls);
    }

    private CompletableFuture<StreamConnection> openUnix(String path) {
        UnixPath checked = new UnixPath(Objects.requireNonNull(path, "path"));
        SocketAddress address;
        Loops unix;
        try {
            address = checked.address(loops.backend.forUnixSockets());
            unix = loops.forUnixSockets();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        AddressRace race = race(unix, unix.unixChannels(), ConnectOptions.DEFAULT, "unix:" + checked);
        race.start(List.of(address));
        return race.result();
    }

    private AddressRace race(
            Loops on, ChannelFactory<? extends Channel> channels, ConnectOptions options, String target) {
        AddressRace race = new AddressRace(on.group.next(), channels, limits, options, target);
        race.result().whenComplete((connection, failure) -> {
            if (connection != null) {
                loops.addConnection(connection);
            }
        });
        loops.addOpening(race.result());
        race.begin();
        return race;
    }

    // ---- serving

    /**
     * Starts a server (asyncio's {@code start_server}), with the default options.
     *
     * <p>Completes when it listens. Fails with {@link java.net.BindException} if an address cannot be had,
     * {@link java.net.UnknownHostException} if the host has none.
     *
     * @param handler run for each connection
     * @param host a name or an address, each of whose addresses is listened on; empty for all interfaces, of both
     *     families
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
     * @param host a name or an address, each of whose addresses is listened on; empty for all interfaces, of both
     *     families
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @param options how to
     * @return the server, serving unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, String host, int port, ServerOptions options) {
        return startServer(handler, List.of(Objects.requireNonNull(host, "host")), port, options);
    }

    /**
     * Starts a server with TLS from the first byte; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * @param handler run for each connection, under TLS
     * @param host a name or an address, each of whose addresses is listened on; empty for all interfaces, of both
     *     families
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @param tls a server's side
     * @return the server, serving
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, String host, int port, TlsUpgrade tls) {
        return startServer(handler, host, port, ServerOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    /**
     * Starts a server on several hosts, with the default options; see
     * {@link #startServer(ConnectionHandler, List, int, ServerOptions)}.
     *
     * @param handler run for each connection
     * @param hosts names or addresses, one or more; an empty one for all interfaces, of both families
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @return the server, serving
     */
    public CompletableFuture<StreamServer> startServer(ConnectionHandler handler, List<String> hosts, int port) {
        return startServer(handler, hosts, port, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on several hosts; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * <p>It listens on every address of every host, each once. An address that this machine does not have, such as the
     * {@code ::1} of {@code localhost} where there is no IPv6, is passed over if there is another one. If an address
     * cannot be had for another reason, the future fails and nothing is listened on.
     *
     * @param handler run for each connection
     * @param hosts names or addresses, one or more; an empty one for all interfaces, of both families
     * @param port 0 to 65535; 0 for one that the system picks, the same on all addresses
     * @param options how to
     * @return the server, serving unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, List<String> hosts, int port, ServerOptions options) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options");
        List<String> listened = List.copyOf(Objects.requireNonNull(hosts, "hosts"));
        if (listened.isEmpty()) {
            throw new IllegalArgumentException("no hosts to listen on");
        }
        requirePort(port, 0);
        return new ServerStart(loops, loops, limits, handler, options)
                .run(() -> NameResolution.toListenOn(listened, port, NameLookups.SYSTEM)
                        .thenApply(addresses -> listening -> listening.tcp(addresses, loops.backend)));
    }

    /**
     * Starts a server on a Unix socket (asyncio's {@code start_unix_server}), with the default options.
     *
     * <p>Completes when it listens. A socket that nobody listens on any more is replaced. Fails with
     * {@link java.net.BindException} if a server listens there, or if something else than a socket is there, which is
     * left alone.
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
     * Starts a server on a Unix socket with TLS from the first byte; see
     * {@link #startUnixServer(ConnectionHandler, String)}.
     *
     * @param handler run for each connection, under TLS
     * @param path of the socket; on Linux with epoll also an abstract name, which begins with a NUL character
     * @param tls a server's side
     * @return the server, serving
     * @throws IllegalArgumentException if no socket can have that path: too long, empty, a NUL inside
     */
    public CompletableFuture<StreamServer> startUnixServer(ConnectionHandler handler, String path, TlsUpgrade tls) {
        return startUnixServer(handler, path, ServerOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
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
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options");
        UnixPath checked = new UnixPath(Objects.requireNonNull(path, "path"));
        SocketAddress address;
        Loops unix;
        try {
            address = checked.address(loops.backend.forUnixSockets());
            unix = loops.forUnixSockets();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        return new ServerStart(loops, unix, limits, handler, options)
                .run(() -> CompletableFuture.completedFuture(
                        listening -> listening.unix(checked, address, unix.backend, unix.unixServerChannels())));
    }

    private static String printable(String host) {
        return host.indexOf(':') < 0 || host.startsWith("[") ? host : "[" + host + "]";
    }

    private static void requirePort(int port, int lowest) {
        if (port < lowest || port > 65535) {
            throw new IllegalArgumentException("port not in " + lowest + " to 65535: " + port);
        }
    }

    /**
     * Closes the servers and, gracefully, the connections made through these streams, and then the event loops, unless
     * they are shared or yours. Waits for that, five seconds at most in all, unless called on one of the event loops;
     * what is still open then is cut off. What is being opened fails, and so does whatever is asked for afterwards
     * (save of {@link #shared}).
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
