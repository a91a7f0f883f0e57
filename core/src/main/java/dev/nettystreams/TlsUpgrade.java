package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * The configuration of one side of TLS: client or server, certificates, trust. Pass it to
 * {@link StreamWriter#startTls(TlsUpgrade)}, or to a method that opens connections which use TLS from the first byte.
 * One upgrade may be used for any number of connections.
 *
 * <p>Applications create an upgrade with the TLS module ({@code dev.nettystreams.tls.Tls}); the methods below are for
 * authors of such modules.
 */
public interface TlsUpgrade {
    /**
     * Returns the policy for unread plaintext.
     *
     * @return the policy
     */
    LeftoverPolicy leftoverPolicy();

    /**
     * Returns the timeout for the whole of {@code startTls}, the sending of the last plaintext included.
     *
     * @return more than zero
     */
    Duration handshakeTimeout();

    /**
     * Returns the name of the implementation of TLS, for diagnosis.
     *
     * @return a short name; by default that of the upgrade's class
     */
    default String engineName() {
        return getClass().getSimpleName();
    }

    /**
     * Returns the upgrade for a connection to a host. The client asks for the host by name (SNI) and verifies its
     * certificate against it.
     *
     * @param host the host that the connection was opened to, as the caller wrote it
     * @param port the port that the connection was opened to
     * @return an upgrade for that host; this upgrade if it has a host already or needs none
     */
    default TlsUpgrade towards(String host, int port) {
        return this;
    }

    /**
     * Creates the state that all connections share, such as keys from files, unless it exists. {@code startTls} calls
     * this method first, on the connection's event loop, so the method must not block. A server that uses TLS from the
     * first byte calls it before it listens.
     *
     * @return completes, on any thread, when {@link #apply apply} has everything that it needs; fails if that state
     *     cannot be created
     */
    default CompletionStage<?> prepare() {
        return CompletedFuture.done();
    }

    /**
     * Inserts TLS between the transport and its wire, and performs the handshake. Called on the connection's event loop
     * when everything written before has been sent and nothing more will be written. The handshake reads its input from
     * the wire.
     *
     * <p>Completes when the handshake is done, before any decrypted byte is delivered. If it fails, or if the
     * connection is lost meanwhile, the streams abort the transport.
     *
     * @param transport the connection's transport
     * @param leftover the first bytes of the TLS input, often none
     * @return completes with the negotiated session; fails with the reason
     */
    CompletionStage<TlsSession> apply(Transport transport, byte[] leftover);
}
