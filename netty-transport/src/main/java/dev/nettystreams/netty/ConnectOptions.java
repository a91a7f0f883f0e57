package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is made.
 *
 * @param connectTimeout how long all of it may take, from the call on, name resolution included; more than zero
 * @param attemptDelay how long one address is tried before the next one is tried beside it (RFC 8305 section 5, "connection attempt
 *     delay"); zero tries all at once, a delay as long as the timeout tries one after the other
 * @param localAddress where to connect from, or null for the system's choice
 * @param tls TLS from the first byte, to the host that is connected to; null for none
 */
public record ConnectOptions(
        Duration connectTimeout,
        Duration attemptDelay,
        @Nullable InetSocketAddress localAddress,
        @Nullable TlsUpgrade tls) {
    /** 30 s in all; 250 ms between attempts, as RFC 8305 recommends; from anywhere; in clear. */
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
     * These options with another timeout.
     *
     * @param timeout more than zero
     * @return a copy
     */
    public ConnectOptions withConnectTimeout(Duration timeout) {
        return new ConnectOptions(timeout, attemptDelay, localAddress, tls);
    }

    /**
     * These options with TLS from the first byte. Its handshake has a deadline of its own.
     *
     * @param upgrade a client's side of TLS, told the host unless it knows one already
     * @return a copy
     */
    public ConnectOptions withTls(TlsUpgrade upgrade) {
        return new ConnectOptions(connectTimeout, attemptDelay, localAddress, upgrade);
    }
}
