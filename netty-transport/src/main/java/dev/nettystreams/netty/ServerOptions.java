package dev.nettystreams.netty;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.TlsUpgrade;
import io.netty.channel.Channel;
import java.net.StandardProtocolFamily;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of a server. Immutable: {@link #DEFAULT}, and copies of it with other values.
 *
 * <pre>{@code
 * ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(1000).withTls(Tls.server(chain, key));
 * }</pre>
 */
public final class ServerOptions {
    /**
     * asyncio's backlog of 100; no limit on connections; accepts at once; permissions by umask; failures are logged;
     * plaintext.
     */
    public static final ServerOptions DEFAULT = new ServerOptions(
            100, Integer.MAX_VALUE, true, null, false, null, FailureReporter.LOGGING, ConnectionSettings.DEFAULT);

    private final int backlog;
    private final int maxConnections;
    private final boolean startServing;
    private final @Nullable StandardProtocolFamily family;
    private final boolean reusePort;
    private final @Nullable Set<PosixFilePermission> unixPermissions;
    private final FailureReporter reporter;
    private final ConnectionSettings connection;

    private ServerOptions(
            int backlog,
            int maxConnections,
            boolean startServing,
            @Nullable StandardProtocolFamily family,
            boolean reusePort,
            @Nullable Set<PosixFilePermission> unixPermissions,
            FailureReporter reporter,
            ConnectionSettings connection) {
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog < 1: " + backlog);
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections < 1: " + maxConnections);
        }
        if (family == StandardProtocolFamily.UNIX) {
            throw new IllegalArgumentException("family is neither INET nor INET6: " + family);
        }
        this.backlog = backlog;
        this.maxConnections = maxConnections;
        this.startServing = startServing;
        this.family = family;
        this.reusePort = reusePort;
        this.unixPermissions = unixPermissions;
        this.reporter = reporter;
        this.connection = connection;
    }

    /**
     * Returns the number of connections that may wait to be accepted. The system may limit it further.
     *
     * @return one or more
     */
    public int backlog() {
        return backlog;
    }

    /**
     * Returns the maximum number of open connections. At that number the server stops accepting, and peers wait in the
     * backlog.
     *
     * @return one or more
     */
    public int maxConnections() {
        return maxConnections;
    }

    /**
     * Returns whether the server accepts connections at once.
     *
     * @return false if it waits for {@link StreamServer#startServing}
     */
    public boolean startServing() {
        return startServing;
    }

    /**
     * Returns the only address family to listen on.
     *
     * @return {@code INET} or {@code INET6}, or null for both
     */
    public @Nullable StandardProtocolFamily family() {
        return family;
    }

    /**
     * Returns whether the server shares its port (SO_REUSEPORT), with one listening socket for each event loop.
     *
     * @return false by default
     */
    public boolean reusePort() {
        return reusePort;
    }

    /**
     * Returns the file permissions of a Unix socket.
     *
     * @return the permissions, or null for the process's umask
     */
    public @Nullable Set<PosixFilePermission> unixPermissions() {
        return unixPermissions;
    }

    /**
     * Returns the reporter.
     *
     * @return called for every handler and every handshake that fails
     */
    public FailureReporter reporter() {
        return reporter;
    }

    /**
     * Returns whether the system probes peers that have been silent for long (SO_KEEPALIVE).
     *
     * @return false by default
     */
    public boolean keepAlive() {
        return connection.keepAlive();
    }

    /**
     * Returns the server side of TLS from the first byte.
     *
     * @return the upgrade, or null for plaintext
     */
    public @Nullable TlsUpgrade tls() {
        return connection.tls();
    }

    /**
     * Returns the time that a read may wait without a byte arriving.
     *
     * @return more than zero, or null for ever
     */
    public @Nullable Duration readIdleTimeout() {
        return connection.idle().reading();
    }

    /**
     * Returns the time that written bytes may wait without the socket taking one.
     *
     * @return more than zero, or null for ever
     */
    public @Nullable Duration writeIdleTimeout() {
        return connection.idle().writing();
    }

    /**
     * Returns the hook that sees each channel before its streams.
     *
     * @return the hook, or null for none
     */
    public @Nullable Consumer<? super Channel> channelHook() {
        return connection.hook();
    }

    ConnectionSettings connection() {
        return connection;
    }

    /**
     * Returns these options with another backlog.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withBacklog(int connections) {
        return new ServerOptions(
                connections, maxConnections, startServing, family, reusePort, unixPermissions, reporter, connection);
    }

    /**
     * Returns these options with another maximum number of open connections.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withMaxConnections(int connections) {
        return new ServerOptions(
                backlog, connections, startServing, family, reusePort, unixPermissions, reporter, connection);
    }

    /**
     * Returns these options with another choice of when to accept connections.
     *
     * @param atOnce true to accept connections at once, false to wait for {@link StreamServer#startServing}
     * @return a copy
     */
    public ServerOptions withStartServing(boolean atOnce) {
        return new ServerOptions(
                backlog, maxConnections, atOnce, family, reusePort, unixPermissions, reporter, connection);
    }

    /**
     * Returns these options with one address family: the server listens only on the hosts' addresses of that family.
     *
     * @param onlyFamily {@code INET} or {@code INET6}
     * @return a copy
     */
    public ServerOptions withFamily(StandardProtocolFamily onlyFamily) {
        return new ServerOptions(
                backlog,
                maxConnections,
                startServing,
                Objects.requireNonNull(onlyFamily, "onlyFamily"),
                reusePort,
                unixPermissions,
                reporter,
                connection);
    }

    /**
     * Returns these options with another choice of sharing the port (SO_REUSEPORT).
     *
     * <p>The server then has a listening socket for each event loop, among which the system distributes connections
     * (Linux; others may choose one), and a connection stays on the loop that accepted it. Other servers and processes
     * of the same user can listen on the port too, if they also share it. When a listening socket closes, connections
     * in its backlog are reset.
     *
     * @param isShared whether to share the port; the start fails if the system cannot
     * @return a copy
     */
    public ServerOptions withReusePort(boolean isShared) {
        return new ServerOptions(
                backlog, maxConnections, startServing, family, isShared, unixPermissions, reporter, connection);
    }

    /**
     * Returns these options with other file permissions for a Unix socket, set before any peer can connect.
     *
     * @param permissions the permissions; write permission lets a user connect
     * @return a copy
     */
    public ServerOptions withUnixPermissions(Set<PosixFilePermission> permissions) {
        return new ServerOptions(
                backlog,
                maxConnections,
                startServing,
                family,
                reusePort,
                Set.copyOf(permissions),
                reporter,
                connection);
    }

    /**
     * Returns these options with another reporter.
     *
     * @param failureReporter called for every handler and every handshake that fails; must not block
     * @return a copy
     */
    public ServerOptions withReporter(FailureReporter failureReporter) {
        return new ServerOptions(
                backlog,
                maxConnections,
                startServing,
                family,
                reusePort,
                unixPermissions,
                Objects.requireNonNull(failureReporter, "failureReporter"),
                connection);
    }

    /**
     * Returns these options with another choice of keep-alive probes. The system decides when it sends them, on Linux
     * after two hours of silence; {@link #withReadIdleTimeout withReadIdleTimeout} does not depend on it.
     *
     * @param isProbed whether the system probes peers that have been silent for long (SO_KEEPALIVE)
     * @return a copy
     */
    public ServerOptions withKeepAlive(boolean isProbed) {
        return with(connection.withKeepAlive(isProbed));
    }

    /**
     * Returns these options with a timeout for a peer that sends nothing: each accepted connection breaks as
     * {@link ConnectOptions#withReadIdleTimeout ConnectOptions.withReadIdleTimeout} describes. A handler may compute an
     * answer for longer.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ServerOptions withReadIdleTimeout(Duration timeout) {
        return with(connection.withReadIdleTimeout(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Returns these options with a timeout for a peer that receives nothing: each accepted connection is reset as
     * {@link ConnectOptions#withWriteIdleTimeout ConnectOptions.withWriteIdleTimeout} describes.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ServerOptions withWriteIdleTimeout(Duration timeout) {
        return with(connection.withWriteIdleTimeout(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Returns these options with a hook that sees each accepted channel before its streams: for socket options, and for
     * handlers before the streams, such as an {@code IdleStateHandler}, counters, or a filter of addresses.
     *
     * <pre>{@code
     * ServerOptions options = ServerOptions.DEFAULT.withChannel(
     *         channel -> channel.config().setOption(ChannelOption.SO_RCVBUF, 1 << 20));
     * }</pre>
     *
     * <p>Runs on the channel's event loop, and must not block. If it throws, the connection is closed, its exception is
     * reported, and the server continues.
     *
     * @param hook called once for each channel; replaces the former hook ({@link Consumer#andThen Consumer.andThen}
     *     combines two)
     * @return a copy
     */
    public ServerOptions withChannel(Consumer<? super Channel> hook) {
        return with(connection.withHook(Objects.requireNonNull(hook, "hook")));
    }

    /**
     * Returns these options with TLS from the first byte: the handler runs when the handshake is done. A failed
     * handshake is reported.
     *
     * @param upgrade the server side of TLS
     * @return a copy
     */
    public ServerOptions withTls(TlsUpgrade upgrade) {
        return with(connection.withTls(Objects.requireNonNull(upgrade, "upgrade")));
    }

    private ServerOptions with(ConnectionSettings settings) {
        return new ServerOptions(
                backlog, maxConnections, startServing, family, reusePort, unixPermissions, reporter, settings);
    }

    /** @throws IllegalArgumentException if an option is given that Unix sockets do not have */
    void requireNoneOfTcp() {
        ConnectionSettings.refuse(family != null, "an address family", "Unix sockets");
        ConnectionSettings.refuse(reusePort, "a shared port", "Unix sockets");
        ConnectionSettings.refuse(keepAlive(), "keep-alive", "Unix sockets");
    }

    /** @throws IllegalArgumentException if an option is given that has no effect once a socket is bound */
    void requireNoneOfBinding() {
        ConnectionSettings.refuse(family != null, "an address family", "sockets that are bound already");
        ConnectionSettings.refuse(reusePort, "a shared port", "sockets that are bound already");
        ConnectionSettings.refuse(unixPermissions != null, "permissions", "sockets that are bound already");
    }

    /** @throws IllegalArgumentException if an option is given that TCP sockets do not have */
    void requireNoneOfUnix() {
        ConnectionSettings.refuse(unixPermissions != null, "permissions", "TCP sockets");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServerOptions options
                && backlog == options.backlog
                && maxConnections == options.maxConnections
                && startServing == options.startServing
                && family == options.family
                && reusePort == options.reusePort
                && Objects.equals(unixPermissions, options.unixPermissions)
                && reporter.equals(options.reporter)
                && connection.equals(options.connection);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                backlog, maxConnections, startServing, family, reusePort, unixPermissions, reporter, connection);
    }

    @Override
    public String toString() {
        return "ServerOptions[backlog=" + backlog
                + (maxConnections == Integer.MAX_VALUE ? "" : ", maxConnections=" + maxConnections)
                + (startServing ? "" : ", startServing=false")
                + (family == null ? "" : ", family=" + family)
                + (reusePort ? ", reusePort" : "")
                + (unixPermissions == null ? "" : ", unixPermissions=" + PosixFilePermissions.toString(unixPermissions))
                + connection.listed() + "]";
    }
}
