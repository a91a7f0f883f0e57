package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options for opening a connection.
 *
 * @param connectTimeout the timeout for the whole operation, from the call on, name resolution included; more than zero
 * @param attemptDelay the time after which the next address is tried beside the current one (RFC 8305 section 5,
 *     "connection attempt delay"); zero tries all addresses at once, a delay as long as the timeout tries one after the
 *     other
 * @param localAddress the address to connect from, or null for the system's choice
 * @param tls TLS from the first byte; null for plaintext
 */
public record ConnectOptions(
        Duration connectTimeout,
        Duration attemptDelay,
        @Nullable InetSocketAddress localAddress,
        @Nullable TlsUpgrade tls) {
    /** A timeout of 30 s; 250 ms between attempts, as RFC 8305 recommends; any local address; plaintext. */
    public static final ConnectOptions DEFAULT =
            new ConnectOptions(Duration.ofSeconds(30), Duration.ofMillis(250), null, null);

    /**
     * Checks the ranges.
     *
     * @param connectTimeout more than zero
     * @param attemptDelay zero or more
     * @param localAddress may be null
     * @param tls may be null
     */
    public ConnectOptions {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout <= 0: " + connectTimeout);
        }
        if (attemptDelay.isNegative()) {
            throw new IllegalArgumentException("attemptDelay < 0: " + attemptDelay);
        }
    }

    /**
     * Returns these options with another timeout.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ConnectOptions withConnectTimeout(Duration timeout) {
        return new ConnectOptions(timeout, attemptDelay, localAddress, tls);
    }

    /**
     * Returns these options with TLS from the first byte. The handshake has a timeout of its own.
     *
     * @param upgrade the client side of TLS; it verifies the host that is connected to, unless it has a host name of
     *     its own
     * @return a copy
     */
    public ConnectOptions withTls(TlsUpgrade upgrade) {
        return new ConnectOptions(connectTimeout, attemptDelay, localAddress, upgrade);
    }
}
