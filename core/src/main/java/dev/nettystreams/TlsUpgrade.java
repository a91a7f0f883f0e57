package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Something that can secure a live connection: a side to play (client or server), certificates, whom to trust. Given to
 * {@link StreamWriter#startTls(TlsUpgrade)}, and to whatever opens connections that speak TLS from the first byte. May be used for any number
 * of connections.
 *
 * <p>Applications get one from the TLS module ({@code dev.nettystreams.tls.Tls}); the methods are for authors of such modules.
 */
public interface TlsUpgrade {
    /**
     * What is done with plaintext that nobody has read.
     *
     * @return the policy
     */
    LeftoverPolicy leftoverPolicy();

    /**
     * How long all of {@code startTls} may take, the sending of the last plaintext included.
     *
     * @return more than zero
     */
    Duration handshakeTimeout();

    /**
     * The upgrade for a connection to a host, whose name is then asked for (SNI) and verified.
     *
     * @param host as it was given to whatever opened the connection
     * @param port as it was given
     * @return this upgrade if it knows its host already, or has no use for one
     */
    default TlsUpgrade towards(String host, int port) {
        return this;
    }

    /**
     * Makes what all connections share, such as keys from files, if it is not made yet. Called by {@code startTls} before anything else, on
     * the connection's loop, which is not to be held up; and before a server that speaks TLS from the first byte listens.
     *
     * @return completes when {@link #apply} has all that it needs, on any thread; fails if that cannot be had
     */
    default CompletionStage<?> prepare() {
        return Done.DONE;
    }

    /**
     * Puts TLS between the transport and its wire, and does the handshake. Called on the connection's loop, when everything written before
     * has been sent and nothing else will be written. What the handshake needs is read from the wire afterwards.
     *
     * <p>Once the handshake is done, and before any decrypted byte is delivered, the stage completes. When it fails, or the connection is
     * lost meanwhile, the streams abort the transport.
     *
     * @param transport of the connection
     * @param leftover the first bytes of the TLS input, often none
     * @return what was agreed on; fails with the reason why not
     */
    CompletionStage<TlsSession> apply(Transport transport, byte[] leftover);
}
