package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.Timeouts;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options for opening a connection. Immutable: {@link #DEFAULT}, and copies of it with other values.
 *
 * <pre>{@code
 * ConnectOptions options = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofSeconds(5)).withTls(Tls.client());
 * }</pre>
 */
public final class ConnectOptions {
    /** A timeout of 30 s; 250 ms between attempts, as RFC 8305 recommends; any local address; plaintext. */
    public static final ConnectOptions DEFAULT =
            new ConnectOptions(Duration.ofSeconds(30), Duration.ofMillis(250), null, null, ConnectionSettings.DEFAULT);

    private final Duration connectTimeout;
    private final Duration attemptDelay;
    private final @Nullable StandardProtocolFamily family;
    private final @Nullable InetSocketAddress localAddress;
    private final ConnectionSettings connection;

    private ConnectOptions(
            Duration connectTimeout,
            Duration attemptDelay,
            @Nullable StandardProtocolFamily family,
            @Nullable InetSocketAddress localAddress,
            ConnectionSettings connection) {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout <= 0: " + connectTimeout);
        }
        if (attemptDelay.isNegative()) {
            throw new IllegalArgumentException("attemptDelay < 0: " + attemptDelay);
        }
        if (family == StandardProtocolFamily.UNIX) {
            throw new IllegalArgumentException("family is neither INET nor INET6: " + family);
        }
        if (localAddress != null) {
            requireUsable(localAddress, family);
        }
        this.connectTimeout = connectTimeout;
        this.attemptDelay = attemptDelay;
        this.family = family;
        this.localAddress = localAddress;
        this.connection = connection;
    }

    private static void requireUsable(InetSocketAddress localAddress, @Nullable StandardProtocolFamily family) {
        if (localAddress.isUnresolved()) {
            throw new IllegalArgumentException("localAddress is unresolved: " + localAddress);
        }
        InetAddress address = localAddress.getAddress();
        if (family != null && !address.isAnyLocalAddress() && NameResolution.familyOf(address) != family) {
            throw new IllegalArgumentException("localAddress is not of the family " + family + ": " + localAddress);
        }
    }

    /**
     * Returns the timeout for the whole operation, from the call on, name resolution included.
     *
     * @return more than zero
     */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * Returns the time after which the next address is tried beside the current one (RFC 8305 section 5, "connection
     * attempt delay").
     *
     * @return zero or more
     */
    public Duration attemptDelay() {
        return attemptDelay;
    }

    /**
     * Returns the only address family to connect over.
     *
     * @return {@code INET} or {@code INET6}, or null for both
     */
    public @Nullable StandardProtocolFamily family() {
        return family;
    }

    /**
     * Returns the address to connect from.
     *
     * @return the address, or null for the system's choice
     */
    public @Nullable InetSocketAddress localAddress() {
        return localAddress;
    }

    /**
     * Returns whether the system probes a peer that has been silent for long (SO_KEEPALIVE).
     *
     * @return false by default
     */
    public boolean keepAlive() {
        return connection.keepAlive();
    }

    /**
     * Returns the client side of TLS from the first byte.
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
     * Returns these options with another timeout.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ConnectOptions withConnectTimeout(Duration timeout) {
        return new ConnectOptions(timeout, attemptDelay, family, localAddress, connection);
    }

    /**
     * Returns these options with another delay between attempts.
     *
     * @param delay zero tries all addresses at once; a delay as long as the timeout tries one after the other
     * @return a copy
     */
    public ConnectOptions withAttemptDelay(Duration delay) {
        return new ConnectOptions(connectTimeout, delay, family, localAddress, connection);
    }

    /**
     * Returns these options with one address family: only the host's addresses of that family are tried.
     *
     * @param onlyFamily {@code INET} or {@code INET6}
     * @return a copy
     */
    public ConnectOptions withFamily(StandardProtocolFamily onlyFamily) {
        return new ConnectOptions(
                connectTimeout,
                attemptDelay,
                Objects.requireNonNull(onlyFamily, "onlyFamily"),
                localAddress,
                connection);
    }

    /**
     * Returns these options with an address to connect from. Only the host's addresses of the same family are tried.
     *
     * @param address an address of this machine, or the wildcard address, which serves both families; port 0 for a free
     *     port that the system chooses
     * @return a copy
     */
    public ConnectOptions withLocalAddress(InetSocketAddress address) {
        Objects.requireNonNull(address, "address");
        return new ConnectOptions(connectTimeout, attemptDelay, family, address, connection);
    }

    /**
     * Returns these options with another choice of keep-alive probes. The system decides when it sends them, on Linux
     * after two hours of silence; {@link #withReadIdleTimeout withReadIdleTimeout} does not depend on it.
     *
     * @param isProbed whether the system probes a peer that has been silent for long (SO_KEEPALIVE)
     * @return a copy
     */
    public ConnectOptions withKeepAlive(boolean isProbed) {
        return with(connection.withKeepAlive(isProbed));
    }

    /**
     * Returns these options with a timeout for a peer that sends nothing. When a read, a relay or {@code startTls} has
     * waited for the time and no byte has arrived, the connection breaks: the read and all later ones fail with a
     * {@link dev.nettystreams.StreamBrokenException} whose message names the timeout and whose cause is a
     * {@link java.net.SocketTimeoutException}. The time in which no read waits does not count, so a handler may compute
     * an answer for longer, and neither does the time in which a slow target pauses a relay.
     *
     * <p>The connection breaks up to a quarter of the time later. To give up a read and keep the connection, use
     * {@code orTimeout} on the read.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ConnectOptions withReadIdleTimeout(Duration timeout) {
        return with(connection.withReadIdleTimeout(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Returns these options with a timeout for a peer that receives nothing. When written bytes have waited for the
     * time and the socket has taken none, the connection is reset: pending and later waits of both directions fail as
     * for {@link #withReadIdleTimeout withReadIdleTimeout}. The system's send buffer takes bytes before the peer does,
     * so a few megabytes may have to be written before a dead peer is noticed.
     *
     * <p>The connection breaks up to a quarter of the time later.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ConnectOptions withWriteIdleTimeout(Duration timeout) {
        return with(connection.withWriteIdleTimeout(Objects.requireNonNull(timeout, "timeout")));
    }

    /**
     * Returns these options with a hook that sees the channel of each attempt to connect, before the channel connects:
     * for socket options, and for handlers before the streams, such as an {@code IdleStateHandler}, counters, or a
     * proxy's handler.
     *
     * <pre>{@code
     * ConnectOptions options = ConnectOptions.DEFAULT.withChannel(
     *         channel -> channel.pipeline().addLast(new HttpProxyHandler(proxyAddress)));
     * }</pre>
     *
     * <p>Runs on the channel's event loop, and must not block. If it throws, the opening fails with its exception. If a
     * handler connects to another address, as a proxy's does, the opening completes when that handler lets bytes
     * through, and {@linkplain #withTls TLS} begins then.
     *
     * @param hook called once for each channel; replaces the former hook ({@link Consumer#andThen Consumer.andThen}
     *     combines two)
     * @return a copy
     */
    public ConnectOptions withChannel(Consumer<? super Channel> hook) {
        return with(connection.withHook(Objects.requireNonNull(hook, "hook")));
    }

    /**
     * Returns these options with TLS from the first byte. The handshake has a timeout of its own.
     *
     * @param upgrade the client side of TLS; it verifies the host that is connected to, unless it has a host name of
     *     its own
     * @return a copy
     */
    public ConnectOptions withTls(TlsUpgrade upgrade) {
        return with(connection.withTls(Objects.requireNonNull(upgrade, "upgrade")));
    }

    private ConnectOptions with(ConnectionSettings settings) {
        return new ConnectOptions(connectTimeout, attemptDelay, family, localAddress, settings);
    }

    /** @throws IllegalArgumentException if an option is given that Unix sockets do not have */
    void requireNoneOfTcp() {
        ConnectionSettings.refuse(family != null, "an address family", "Unix sockets");
        ConnectionSettings.refuse(localAddress != null, "a local address", "the clients of Unix sockets");
        ConnectionSettings.refuse(keepAlive(), "keep-alive", "Unix sockets");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectOptions options
                && connectTimeout.equals(options.connectTimeout)
                && attemptDelay.equals(options.attemptDelay)
                && family == options.family
                && Objects.equals(localAddress, options.localAddress)
                && connection.equals(options.connection);
    }

    @Override
    public int hashCode() {
        return Objects.hash(connectTimeout, attemptDelay, family, localAddress, connection);
    }

    @Override
    public String toString() {
        return "ConnectOptions[connectTimeout=" + Timeouts.toText(connectTimeout) + ", attemptDelay="
                + Timeouts.toText(attemptDelay)
                + (family == null ? "" : ", family=" + family)
                + (localAddress == null ? "" : ", localAddress=" + localAddress)
                + connection.listed() + "]";
    }
}
