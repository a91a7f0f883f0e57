package dev.nettystreams;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing half of a connection (asyncio's {@code StreamWriter}).
 *
 * <p>{@code write} never waits: it appends to a buffer, which is sent at the latest when the current turn of the event
 * loop ends. {@code await(writer.drain())} after it is what keeps the buffer within its
 * {@linkplain StreamLimits marks}, however slow the peer. Nobody needs to know when to flush: small writes gather,
 * replies are prompt.
 *
 * <p>Lost bytes are reported: when the connection breaks or is aborted, {@code drain}, {@code flush} and
 * {@code waitClosed} fail, those pending and those to come. {@code write} itself then drops its bytes. After this
 * side's own {@code writeEof}, {@code close}, {@code abort} or {@code detach}, or a {@code startTls} that failed, every
 * write throws {@link StreamClosedException}, which names that call, also when the connection is gone.
 *
 * <p>Any thread may call any method. Writes of one thread are sent in their order. Any number of the futures below may
 * be pending, and cancelling one leaves the others, and the bytes, alone.
 */
public final class StreamWriter {
    private static final byte[] NOTHING = {};

    final StreamCore core;

    StreamWriter(StreamCore core) {
        this.core = core;
    }

    /**
     * Writes a copy of the bytes.
     *
     * @param bytes what to write; may be changed at once afterwards
     * @throws StreamClosedException if this side has ended the output, also for no bytes
     */
    public void write(byte[] bytes) {
        core.output.write(bytes, 0, bytes.length);
    }

    /**
     * Writes a copy of some bytes of an array.
     *
     * @param source where the bytes are; may be changed at once afterwards
     * @param offset index of the first
     * @param byteCount how many
     * @throws IndexOutOfBoundsException if they are not in the array
     * @throws StreamClosedException if this side has ended the output, also for no bytes
     */
    public void write(byte[] source, int offset, int byteCount) {
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        core.output.write(source, offset, byteCount);
    }

    /**
     * Writes a copy of the bytes between a buffer's position and limit, and moves its position to the limit.
     *
     * @param source where the bytes are; may be changed at once afterwards
     * @throws StreamClosedException if this side has ended the output, also for no bytes
     */
    public void write(ByteBuffer source) {
        if (source.hasArray()) {
            core.output.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
            source.position(source.limit());
        } else {
            byte[] bytes = new byte[source.remaining()];
            core.lifecycle.refuseWrite("write");
            source.get(bytes);
            core.output.writeOwned(ByteBuffer.wrap(bytes));
        }
    }

    /**
     * Writes the bytes between a buffer's position and limit without copying them: the memory is the connection's from
     * now on, and the caller must not change it any more, not even after {@code flush}. Pays off for large direct
     * buffers; one read-only buffer may be written many times by way of {@link ByteBuffer#duplicate}.
     *
     * @param source the bytes, given away
     * @throws StreamClosedException if this side has ended the output, also for no bytes
     */
    public void writeOwned(ByteBuffer source) {
        core.output.writeOwned(source);
    }

    /**
     * Writes a copy of several byte strings, in their order and with nothing between them (asyncio's
     * {@code writelines}).
     *
     * @param lines what to write
     * @throws StreamClosedException if this side has ended the output, also for no lines
     */
    public void writeLines(Iterable<byte[]> lines) {
        core.lifecycle.refuseWrite("writeLines");
        for (byte[] line : lines) {
            write(line);
        }
    }

    /**
     * Waits until it is fine to write more (asyncio's {@code drain}).
     *
     * <p>Completes at once while no more bytes than the high mark are buffered, otherwise when they have come down to
     * the low mark. Fails with {@link StreamBrokenException} when bytes were lost, {@link StreamClosedException} once
     * this side's {@code close} has finished or after {@code abort}.
     *
     * @return completes when the buffer has room
     */
    public CompletableFuture<Void> drain() {
        return core.output.drain();
    }

    /**
     * Waits until all that was written so far has been handed to the operating system. That it has reached the peer
     * only an answer can tell.
     *
     * <p>Fails as {@link #drain} does.
     *
     * @return completes when nothing of it is buffered here any more
     */
    public CompletableFuture<Void> flush() {
        return core.output.flush();
    }

    /**
     * Whether the output can be ended while the input goes on, and what is written behind the peer's end arrives.
     *
     * @return true for TCP and Unix sockets, and for TLS 1.3 on the JDK's engine; false for TLS 1.2 (RFC 5246, section
     *     7.2.1) and for BoringSSL
     */
    public boolean canWriteEof() {
        return core.canWriteEof();
    }

    /**
     * Ends the output after all that was written; reading goes on. The peer reads EOF behind the last byte; under TLS
     * that is a close_notify (RFC 8446, section 6.1). Without effect when called again, and after {@code close}.
     *
     * @throws UnsupportedOperationException if it {@linkplain #canWriteEof cannot} be done
     */
    public void writeEof() {
        core.writeEof();
    }

    /**
     * Secures the connection (asyncio's {@code start_tls}); see {@link #startTls(TlsUpgrade, byte[])}.
     *
     * @param upgrade the side to play, and with what
     * @return completes with what was agreed on
     */
    public CompletableFuture<TlsSession> startTls(TlsUpgrade upgrade) {
        return startTls(upgrade, NOTHING);
    }

    /**
     * Writes the last plaintext, such as a server's go-ahead, and secures the connection: these very reader and writer
     * go on, under TLS.
     *
     * <p>Reading stops before the last plaintext is sent, and nothing is written behind it in clear. Bytes that had
     * come before and were not read never surface: they are treated by the upgrade's {@link LeftoverPolicy}. Until
     * completion reads throw {@link ConcurrentReadException}, and writes {@link IllegalStateException}.
     *
     * <p>Completes when the handshake is done. Fails with {@link javax.net.ssl.SSLException} when there is no agreement
     * or the {@linkplain TlsUpgrade#handshakeTimeout time} is up, {@link PlaintextInjectionException},
     * {@link StreamBrokenException} when the peer has ended or the connection is lost. Failed or cancelled, it ends the
     * connection: there is no way back to plaintext, and everything that waits or is called later fails with the
     * reason. On a connection that is secured already: TLS in TLS.
     *
     * @param upgrade the side to play, and with what
     * @param lastPlaintext sent in clear behind everything written so far; may be empty
     * @return completes with what was agreed on
     * @throws ConcurrentReadException if a read is pending
     * @throws IllegalStateException if another {@code startTls} is
     * @throws StreamClosedException if this side has ended the output
     */
    public CompletableFuture<TlsSession> startTls(TlsUpgrade upgrade, byte[] lastPlaintext) {
        return core.startTls(
                Objects.requireNonNull(upgrade, "upgrade"), Objects.requireNonNull(lastPlaintext, "lastPlaintext"));
    }

    /**
     * What TLS has agreed on.
     *
     * @return null in clear: before {@code startTls} has completed
     */
    public @Nullable TlsSession tlsSession() {
        return core.tlsSession();
    }

    /**
     * Sends what is buffered, then closes the connection; does not wait for it. Reads see what was received, then EOF.
     * A peer that does not take the bytes within {@link StreamLimits#closeTimeout} is cut off as by {@link #abort}, and
     * {@link #waitClosed} says so. Without effect when called again.
     *
     * <p>The connection lingers once everything and the end are sent: what the peer still says is read and dropped
     * until the peer ends, says nothing for 5 seconds, or has said 16 MiB, since closing before would make the system
     * send a reset, which destroys what the peer has not read.
     */
    public void close() {
        core.close();
    }

    /**
     * Drops what is buffered and closes the connection at once; a TCP peer sees a reset, a
     * Unix peer reads EOF. Pending operations fail.
     */
    public void abort() {
        core.abort();
    }

    /**
     * Whether the connection is closing or closed, by whichever side.
     *
     * @return true after {@code close}, {@code abort} or the loss of the connection; not after the peer's EOF
     */
    public boolean isClosing() {
        return core.lifecycle.isClosing();
    }

    /**
     * Waits for the end of the connection; does not bring it about.
     *
     * <p>Completes when {@code close} has sent everything, the peer has ended or has been silent for 5 seconds, and the
     * connection is gone, also if that was long ago. Fails with {@link StreamBrokenException} when the peer or the wire
     * ended it, when {@code close} ran out of time, or when it had to reset a peer that went on sending; with
     * {@link StreamClosedException} after {@code abort} or {@code detach}.
     *
     * @return completes when the connection has ended well
     */
    public CompletableFuture<Void> waitClosed() {
        return core.waitClosed();
    }

    /**
     * Looks up a fact about the connection (asyncio's {@code get_extra_info}): {@code "peername"} and
     * {@code "sockname"} are {@link java.net.SocketAddress}es; under TLS {@code "cipher"} is the suite's name,
     * {@code "peercert"} the peer's own {@link java.security.cert.Certificate}. {@link #tlsSession} has all that there
     * is to know of TLS.
     *
     * @param name the fact's name
     * @return the fact, or null if it is not known
     */
    public @Nullable Object getExtraInfo(String name) {
        TlsSession tls = core.tlsSession();
        if (tls != null && name.equals("cipher")) {
            return tls.cipherSuite();
        }
        if (tls != null && name.equals("peercert")) {
            return tls.peerCertificates().isEmpty()
                    ? null
                    : tls.peerCertificates().get(0);
        }
        return core.transport.extraInfo(name);
    }

    @Override
    public String toString() {
        return "StreamWriter[" + core + "]";
    }
}
