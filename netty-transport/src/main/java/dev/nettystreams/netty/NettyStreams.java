package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsUpgrade;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections and starts servers: asyncio's {@code open_connection}, {@code start_server} and their Unix
 * counterparts.
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
 * <p>Connections are distributed over the threads of an event loop group, and each connection stays on its thread. Any
 * thread may call any method. The futures below fail with an {@link IOException} that names the address, or says that
 * these streams are closed. Cancelling one, or a timeout of it ({@code orTimeout}), ends the operation and leaves no
 * socket open. Any number may be pending.
 */
public final class NettyStreams implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private static final Object SHARED_LOCK = new Object();
    private static @Nullable NettyStreams shared; // guarded by SHARED_LOCK

    private final Loops loops;
    private final StreamLimits limits;
    private final Connecting connecting;
    private final Serving serving;

    private NettyStreams(Loops loops, StreamLimits limits) {
        this.loops = loops;
        this.limits = limits;
        this.connecting = new Connecting(loops, limits);
        this.serving = new Serving(loops, limits);
    }

    /**
     * Creates streams on event loops of their own, one per processor, with the {@linkplain IoBackend#best() best}
     * backend.
     *
     * @return streams that the caller must close; their threads keep the process alive until then
     * @throws IllegalStateException under the conditions of {@link IoBackend#best}
     */
    public static NettyStreams create() {
        return create(IoBackend.best());
    }

    /**
     * Creates streams on event loops of their own, one per processor.
     *
     * @param backend the I/O mechanism to use
     * @return streams that the caller must close; their threads keep the process alive until then
     * @throws IllegalStateException if the backend is not available on this machine
     */
    public static NettyStreams create(IoBackend backend) {
        return create(backend, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Creates streams on event loops of their own.
     *
     * @param backend the I/O mechanism to use
     * @param loopCount the number of event loops, with one thread each; one or more
     * @return streams that the caller must close; their threads keep the process alive until then
     * @throws IllegalStateException if the backend is not available on this machine
     */
    public static NettyStreams create(IoBackend backend, int loopCount) {
        return new NettyStreams(Loops.owned(backend.requireAvailable(), loopCount, false), StreamLimits.DEFAULT);
    }

    /**
     * Returns streams on event loops that the whole process shares. Their threads do not keep the process alive.
     *
     * @return the same streams every time; their {@link #close} closes the servers and connections made through them so
     *     far, and leaves the event loops running
     * @throws IllegalStateException under the conditions of {@link IoBackend#best}
     */
    public static NettyStreams shared() {
        synchronized (SHARED_LOCK) { // no static initializer: it reports a failure only once
            if (shared == null) {
                shared = new NettyStreams(
                        Loops.shared(IoBackend.best(), Runtime.getRuntime().availableProcessors()),
                        StreamLimits.DEFAULT);
            }
            return shared;
        }
    }

    /**
     * Creates streams on the caller's event loops.
     *
     * @param group a group for epoll, io_uring, kqueue or NIO, preferably made with
     *     {@link IoBackend#ioHandlerFactory()}; the caller shuts it down
     * @return streams whose {@link #close} closes the connections made through them and leaves the group running
     * @throws IllegalArgumentException if the group is for another I/O mechanism
     * @throws IllegalStateException if the streams cannot run on this version of Netty
     */
    public static NettyStreams over(EventLoopGroup group) {
        RequiredNetty.check();
        Objects.requireNonNull(group, "group");
        return new NettyStreams(Loops.borrowed(IoBackend.of(group), group), StreamLimits.DEFAULT);
    }

    /**
     * Returns streams on the same event loops, with other limits for the connections made through them.
     *
     * @param connectionLimits the limits of each connection
     * @return a view of this object; closing either closes both
     */
    public NettyStreams withLimits(StreamLimits connectionLimits) {
        return new NettyStreams(loops, Objects.requireNonNull(connectionLimits, "connectionLimits"));
    }

    /**
     * Returns the I/O mechanism that these streams use.
     *
     * @return the backend
     */
    public IoBackend backend() {
        return loops.backend;
    }

    // ---- connecting

    /**
     * Connects to a host, with the default options.
     *
     * <p>Completes when the connection is established. Fails with {@link java.net.UnknownHostException} if the host has
     * no address, with {@link ConnectException} if no address accepts the connection, and with
     * {@link java.net.SocketTimeoutException} after 30 s; the exceptions of all attempts are among its suppressed
     * exceptions. Source: asyncio's {@code open_connection}.
     *
     * @param host a name or an address
     * @param port 1 to 65535
     * @return completes with the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port) {
        return openConnection(host, port, ConnectOptions.DEFAULT);
    }

    /**
     * Connects to a host; see {@link #openConnection(String, int)}.
     *
     * <p>All addresses of the name are tried, alternating between address families. If an attempt takes longer than the
     * options' {@code attemptDelay}, the next one starts beside it. Source: RFC 8305.
     *
     * @param host a name or an address; a name with characters other than ASCII is looked up in its IDNA encoding
     * @param port 1 to 65535
     * @param options the timeouts, the address family, the local address, and the options of the connection
     * @return completes with the connection; fails also with {@link java.net.UnknownHostException} if the host has no
     *     address of the requested family
     * @throws IllegalArgumentException if {@code host} is empty or {@code port} is out of range
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port, ConnectOptions options) {
        return connecting.toHost(host, port, options);
    }

    /**
     * Connects to a host with TLS from the first byte; see {@link #openConnection(String, int)}.
     *
     * <p>Completes when the handshake is done. Fails also with {@link javax.net.ssl.SSLException} if the handshake
     * fails, and with {@link dev.nettystreams.PlaintextInjectionException} if the host sends plaintext first.
     *
     * @param host a name or an address; the host's certificate is verified against it
     * @param port 1 to 65535
     * @param tls the client side of TLS
     * @return completes with the connection
     */
    public CompletableFuture<StreamConnection> openConnection(String host, int port, TlsUpgrade tls) {
        return openConnection(host, port, ConnectOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    /**
     * Connects to a Unix socket, with the default options.
     *
     * <p>Completes when the connection is established. Fails with {@link ConnectException} if no server listens on the
     * socket, and with {@link java.net.SocketTimeoutException} after 30 s, if the server's backlog stays full. Source:
     * asyncio's {@code open_unix_connection}.
     *
     * @param path the path of the socket; on Linux with epoll, also an abstract name, which starts with a NUL character
     * @return completes with the connection
     * @throws IllegalArgumentException if {@code path} is empty, too long for a socket, or contains a NUL character
     *     that is not the first
     */
    public CompletableFuture<StreamConnection> openUnixConnection(String path) {
        return openUnixConnection(path, ConnectOptions.DEFAULT);
    }

    /**
     * Connects to a Unix socket; see {@link #openUnixConnection(String)}.
     *
     * @param path the path of the socket, on the default file system; abstract names are strings
     * @return completes with the connection
     */
    public CompletableFuture<StreamConnection> openUnixConnection(Path path) {
        return openUnixConnection(path, ConnectOptions.DEFAULT);
    }

    /**
     * Connects to a Unix socket; see {@link #openUnixConnection(String)}.
     *
     * @param path the path of the socket, or an abstract name
     * @param options the timeout, and the options of the connection; TLS needs a host name of its own to verify
     * @return completes with the connection
     * @throws IllegalArgumentException also if {@code options} has an address family, a local address or keep-alive,
     *     which Unix sockets do not have
     */
    public CompletableFuture<StreamConnection> openUnixConnection(String path, ConnectOptions options) {
        return connecting.toUnix(new UnixPath(Objects.requireNonNull(path, "path")), options);
    }

    /**
     * Connects to a Unix socket; see {@link #openUnixConnection(String, ConnectOptions)}.
     *
     * @param path the path of the socket, on the default file system
     * @param options the timeout, and the options of the connection
     * @return completes with the connection
     */
    public CompletableFuture<StreamConnection> openUnixConnection(Path path, ConnectOptions options) {
        return connecting.toUnix(UnixPath.of(path), options);
    }

    /**
     * Connects to a Unix socket with TLS from the first byte; see {@link #openUnixConnection(String)}.
     *
     * @param path the path of the socket, or an abstract name
     * @param tls the client side of TLS, with a host name of its own to verify
     * @return completes with the connection
     */
    public CompletableFuture<StreamConnection> openUnixConnection(String path, TlsUpgrade tls) {
        return openUnixConnection(path, ConnectOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    // ---- serving

    /**
     * Starts a server, with the default options.
     *
     * <p>Completes when the server listens. Fails with {@link java.net.BindException} if it cannot listen on an
     * address, and with {@link java.net.UnknownHostException} if the host has no address. Source: asyncio's
     * {@code start_server}.
     *
     * @param handler handles each connection
     * @param host a name or an address; the server listens on each of its addresses; empty for all interfaces, in both
     *     address families
     * @param port 0 to 65535; 0 for a free port that the system chooses, the same one on all addresses
     * @return completes with the server, which accepts connections
     */
    public CompletableFuture<StreamServer> startServer(ConnectionHandler handler, String host, int port) {
        return startServer(handler, host, port, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * @param handler handles each connection
     * @param host a name or an address; the server listens on each of its addresses; empty for all interfaces,
     *     in both address families
     * @param port 0 to 65535; 0 for a free port that the system chooses, the same one on all addresses
     * @param options the server's options
     * @return completes with the server, which accepts connections unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, String host, int port, ServerOptions options) {
        return startServer(handler, List.of(Objects.requireNonNull(host, "host")), port, options);
    }

    /**
     * Starts a server with TLS from the first byte; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * @param handler handles each connection, once its handshake is done
     * @param host a name or an address; the server listens on each of its addresses; empty for all interfaces,
     *     in both address families
     * @param port 0 to 65535; 0 for a free port that the system chooses, the same one on all addresses
     * @param tls the server side of TLS
     * @return completes with the server, which accepts connections
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, String host, int port, TlsUpgrade tls) {
        return startServer(handler, host, port, ServerOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    /**
     * Starts a server on several hosts, with the default options; see
     * {@link #startServer(ConnectionHandler, List, int, ServerOptions)}.
     *
     * @param handler handles each connection
     * @param hosts one or more names or addresses; an empty one means all interfaces, in both address families
     * @param port 0 to 65535; 0 for a free port that the system chooses, the same one on all addresses
     * @return completes with the server, which accepts connections
     */
    public CompletableFuture<StreamServer> startServer(ConnectionHandler handler, List<String> hosts, int port) {
        return startServer(handler, hosts, port, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on several hosts; see {@link #startServer(ConnectionHandler, String, int)}.
     *
     * <p>The server listens once on every address of every host. An address that this machine does not have,
     * such as the {@code ::1} of {@code localhost} on a machine without IPv6, is skipped if there is another
     * one. If the server cannot listen on an address for another reason, the future fails and the server
     * listens on none.
     *
     * @param handler handles each connection
     * @param hosts one or more names or addresses; an empty one means all interfaces, in both address families
     * @param port 0 to 65535; 0 for a free port that the system chooses, the same one on all addresses
     * @param options the server's options
     * @return completes with the server, which accepts connections unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, List<String> hosts, int port, ServerOptions options) {
        return serving.onHosts(handler, hosts, port, options);
    }

    /**
     * Starts a server on a Unix socket, with the default options.
     *
     * <p>Completes when the server listens. Replaces a stale socket, on which no server listens any more. Fails with
     * {@link java.net.BindException} if a server listens on the socket, or if the path is not a socket; that file is
     * left as it is. Source: asyncio's {@code start_unix_server}.
     *
     * @param handler handles each connection
     * @param path the path of the socket; on Linux with epoll, also an abstract name, which starts with a NUL character
     * @return completes with the server, which accepts connections
     * @throws IllegalArgumentException if {@code path} is empty, too long for a socket, or contains a NUL character
     *     that is not the first
     */
    public CompletableFuture<StreamServer> startUnixServer(ConnectionHandler handler, String path) {
        return startUnixServer(handler, path, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on a Unix socket with TLS from the first byte; see
     * {@link #startUnixServer(ConnectionHandler, String)}.
     *
     * @param handler handles each connection, once its handshake is done
     * @param path the path of the socket; on Linux with epoll, also an abstract name, which starts with a NUL character
     * @param tls the server side of TLS
     * @return completes with the server, which accepts connections
     * @throws IllegalArgumentException if {@code path} is empty, too long for a socket, or contains a NUL character
     *     that is not the first
     */
    public CompletableFuture<StreamServer> startUnixServer(ConnectionHandler handler, String path, TlsUpgrade tls) {
        return startUnixServer(handler, path, ServerOptions.DEFAULT.withTls(Objects.requireNonNull(tls, "tls")));
    }

    /**
     * Starts a server on a Unix socket; see {@link #startUnixServer(ConnectionHandler, String)}.
     *
     * @param handler handles each connection
     * @param path the path of the socket; on Linux with epoll, also an abstract name, which starts with a NUL
     *     character
     * @param options the server's options
     * @return completes with the server, which accepts connections unless the options say otherwise
     * @throws IllegalArgumentException if {@code path} is empty, too long for a socket, or contains a NUL character
     *     that is not the first, and if {@code options} has keep-alive, an address family or a shared port, which Unix
     *     sockets do not have
     */
    public CompletableFuture<StreamServer> startUnixServer(
            ConnectionHandler handler, String path, ServerOptions options) {
        return serving.onUnix(handler, new UnixPath(Objects.requireNonNull(path, "path")), options);
    }

    // ---- streams over what blocks

    /**
     * Returns streams over any two streams of {@code java.io}, such as those of a serial port or of another library.
     *
     * <p>The streams own both from now on: reading begins at once, {@code writeEof} closes {@code out}, {@code close}
     * and {@code abort} close both. Each direction has at most one thread, a daemon, which makes the calls that block.
     * A cancelled or timed-out read consumes no bytes: what the call under way brings goes to the next read. After the
     * end, a thread remains only inside a call that the JDK does not end: see {@link #blockingThreadCount}.
     *
     * @param in the input; its end is the peer's EOF, its exception the loss of the connection
     * @param out the output; its exception fails {@code drain}, {@code flush} and {@code waitClosed}
     * @return a connection without addresses
     * @throws StreamClosedException if these streams are closed
     */
    public StreamConnection overBlocking(InputStream in, OutputStream out) {
        return new BlockingStreams(loops, limits).over(in, out);
    }

    /**
     * Returns streams over {@code System.in} and {@code System.out}, as they are at the call. Closing the streams
     * flushes both and leaves them open, so {@code canWriteEof} is false. See {@link #overBlocking overBlocking} for
     * the threads: a block of input that is read after the end is lost. Therefore a process can call this method once.
     *
     * @return a connection without addresses
     * @throws IllegalStateException if the method was called before in this process
     * @throws StreamClosedException if these streams are closed
     */
    public StreamConnection standardStreams() {
        return new BlockingStreams(loops, limits).standard();
    }

    /**
     * Opens a named pipe for reading, within 30 s; see {@link #openReadPipe(Path, Duration)}.
     *
     * @param path the pipe
     * @return completes with a connection that is open for reading only
     */
    public CompletableFuture<StreamConnection> openReadPipe(Path path) {
        return openReadPipe(path, ConnectOptions.DEFAULT.connectTimeout());
    }

    /**
     * Opens a named pipe, or a character device, for reading (asyncio's {@code connect_read_pipe}).
     *
     * <p>Completes when another party has opened the pipe for writing. Fails with
     * {@link java.net.SocketTimeoutException} if nobody has within the timeout, and with {@link IOException} if the
     * pipe cannot be opened or is none. The system cannot call the opening off: its thread remains until the other end
     * is opened, and closes the pipe then ({@link #blockingThreadCount}). A write throws {@link StreamClosedException}.
     *
     * @param path the pipe
     * @param timeout the time to wait for the other end; more than zero
     * @return completes with a connection that is open for reading only
     */
    public CompletableFuture<StreamConnection> openReadPipe(Path path, Duration timeout) {
        return connecting.toPipe(path, PipeOpening.Mode.READ, timeout);
    }

    /**
     * Opens a named pipe for writing, within 30 s; see {@link #openWritePipe(Path, Duration)}.
     *
     * @param path the pipe
     * @return completes with a connection that is open for writing only
     */
    public CompletableFuture<StreamConnection> openWritePipe(Path path) {
        return openWritePipe(path, ConnectOptions.DEFAULT.connectTimeout());
    }

    /**
     * Opens a named pipe, or a character device, for writing (asyncio's {@code connect_write_pipe}); its reader is at
     * EOF. Completes, and fails, as {@link #openReadPipe(Path, Duration)} does.
     *
     * @param path the pipe
     * @param timeout the time to wait for the other end; more than zero
     * @return completes with a connection that is open for writing only
     */
    public CompletableFuture<StreamConnection> openWritePipe(Path path, Duration timeout) {
        return connecting.toPipe(path, PipeOpening.Mode.WRITE, timeout);
    }

    /**
     * Starts a child process (asyncio's {@code create_subprocess_exec}).
     *
     * <p>Completes when the process runs. Fails with the {@link IOException} of
     * {@link ProcessBuilder#start ProcessBuilder.start} if it cannot be started. If the future is cancelled or times
     * out, the process is killed.
     *
     * @param builder the command, its environment and redirections, copied at the call
     * @return completes with the process, which the caller should close
     * @throws IllegalArgumentException if the command is empty
     */
    public CompletableFuture<StreamProcess> startProcess(ProcessBuilder builder) {
        return new ProcessStart(loops, limits, builder).run();
    }

    /**
     * Returns the number of threads of this process that make blocking calls for the streams of
     * {@link #overBlocking overBlocking}, {@link #standardStreams}, {@link #openReadPipe openReadPipe},
     * {@link #openWritePipe openWritePipe} and {@link #startProcess startProcess}: at most one for each open direction,
     * and one for each call that has not returned since its direction was closed, or since its opening was given up.
     * Such a thread is a daemon, and holds at most one block of 64 KiB.
     *
     * @return a number that may be outdated when the caller reads it
     */
    public static int blockingThreadCount() {
        return DirectionThread.liveCount();
    }

    /**
     * Starts a server on a Unix socket; see {@link #startUnixServer(ConnectionHandler, String)}.
     *
     * @param handler handles each connection
     * @param path the path of the socket, on the default file system; abstract names are strings
     * @return completes with the server, which accepts connections
     */
    public CompletableFuture<StreamServer> startUnixServer(ConnectionHandler handler, Path path) {
        return startUnixServer(handler, path, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on a Unix socket; see {@link #startUnixServer(ConnectionHandler, String, ServerOptions)}.
     *
     * @param handler handles each connection
     * @param path the path of the socket, on the default file system
     * @param options the server's options
     * @return completes with the server, which accepts connections unless the options say otherwise
     */
    public CompletableFuture<StreamServer> startUnixServer(
            ConnectionHandler handler, Path path, ServerOptions options) {
        return serving.onUnix(handler, UnixPath.of(path), options);
    }

    /**
     * Starts a server on a listening channel of the program's own (asyncio's {@code sock=} of servers).
     *
     * <p>The channel is the server's from the call on: the server's {@code close} closes it, and so does a start that
     * fails. The server removes no file. It takes the place of the child handler if a {@code ServerBootstrap} has bound
     * the channel; the channel's other handlers stay.
     *
     * @param handler handles each connection
     * @param listening a bound channel of {@linkplain #backend this backend}, registered with these streams' event
     *     loops or with none. Connections that its former owner has accepted are not the server's: set
     *     {@code AUTO_READ} to false before binding
     * @param options the server's options; the backlog has been decided when the channel was bound
     * @return completes with the server, which accepts connections unless the options say otherwise
     * @throws IllegalArgumentException if the channel is of another backend, is not bound, does not accept streams, is
     *     registered elsewhere, or is another server's, and if {@code options} has an address family, a shared port or
     *     permissions; the channel is then left as it is
     */
    public CompletableFuture<StreamServer> startServer(
            ConnectionHandler handler, ServerChannel listening, ServerOptions options) {
        return serving.onChannel(handler, listening, options);
    }

    /**
     * Starts a server on an inherited descriptor, with the default options; see
     * {@link #startServerOnDescriptor(ConnectionHandler, int, ServerOptions)}.
     *
     * @param handler handles each connection
     * @param descriptor the number of the descriptor
     * @return completes with the server, which accepts connections
     */
    public CompletableFuture<StreamServer> startServerOnDescriptor(ConnectionHandler handler, int descriptor) {
        return startServerOnDescriptor(handler, descriptor, ServerOptions.DEFAULT);
    }

    /**
     * Starts a server on a listening socket that this process has inherited, TCP or Unix: systemd's socket activation.
     *
     * <pre>{@code
     * for (int descriptor : NettyStreams.inheritedDescriptors()) {
     *     await(streams.startServerOnDescriptor(handler, descriptor));
     * }
     * }</pre>
     *
     * <p>On epoll, and on io_uring, which then serves on the epoll loop of its Unix sockets, because Netty has no
     * io_uring channel over a descriptor. The descriptor is the server's from the call on: the server's {@code close}
     * closes it, and so does a start that fails. The server removes no file. The future fails with an
     * {@link IOException}, and leaves the descriptor as it is, if that is not open, no stream socket, does not
     * listen, or is another server's of this program.
     *
     * @param handler handles each connection
     * @param descriptor the number of the descriptor, 0 or more
     * @param options the server's options; the backlog has been decided by the process that made the socket
     * @return completes with the server, which accepts connections unless the options say otherwise
     * @throws UnsupportedOperationException over NIO and kqueue
     * @throws IllegalArgumentException if {@code options} has an address family, a shared port or permissions
     */
    public CompletableFuture<StreamServer> startServerOnDescriptor(
            ConnectionHandler handler, int descriptor, ServerOptions options) {
        return serving.onDescriptor(handler, descriptor, options);
    }

    /**
     * Returns the listening sockets that a service manager has passed to this process, from the environment variables
     * {@code LISTEN_FDS} and {@code LISTEN_PID} (sd_listen_fds(3)).
     *
     * @return the descriptors, from 3 on, in the order of the socket unit; none if the variables are not set or name
     *     another process, such as a shell that has started this one without {@code exec}
     * @throws IllegalStateException if a variable is malformed
     */
    public static List<Integer> inheritedDescriptors() {
        return ListenFds.in(System.getenv(), ProcessHandle.current().pid());
    }

    /**
     * Closes the servers, then the connections made through these streams, gracefully, then the event loops unless they
     * are shared or the caller's own. Waits up to five seconds in all, except on one of the event loops; connections
     * that are still open then are aborted. Pending operations fail, and so do later ones, except on the
     * {@link #shared} streams.
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
