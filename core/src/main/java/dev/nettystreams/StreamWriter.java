package dev.nettystreams;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The outgoing half of a connection (asyncio's {@code StreamWriter}).
 *
 * <p>{@code write} never waits. It appends to a buffer, which is sent at the latest when the current turn of the event
 * loop ends: small writes are combined, replies leave promptly, and no program needs a flush policy. Call
 * {@code await(writer.drain())} after writing to keep the buffer within its {@linkplain StreamLimits marks}, however
 * slowly the peer reads.
 *
 * <p>Lost bytes are reported: when the connection breaks or is aborted, {@code drain}, {@code flush} and
 * {@code waitClosed} fail, pending calls and later ones alike, and {@code write} discards its bytes. After this side's
 * own {@code writeEof}, {@code close}, {@code abort} or {@code detach}, or after a {@code startTls} that failed, every
 * write throws {@link StreamClosedException}, which names that call, even if the connection has since been lost.
 *
 * <p>Any thread may call any method. The writes of one thread are sent in order. Any number of the futures below may be
 * pending; cancelling one affects neither the others nor the written bytes, except where a method says so.
 */
public final class StreamWriter {
    private static final byte[] NOTHING = {};

    final StreamCore core;
    private final StreamConnection connection;

    StreamWriter(StreamCore core, StreamConnection connection) {
        this.core = core;
        this.connection = connection;
    }

    /**
     * Writes a copy of the bytes.
     *
     * @param bytes the bytes to write; the caller may change the array afterwards
     * @throws StreamClosedException if this side has ended the output, even if {@code bytes} is empty
     */
    public void write(byte[] bytes) {
        core.output.write(bytes, 0, bytes.length);
    }

    /**
     * Writes a copy of part of an array.
     *
     * @param source the array that holds the bytes; the caller may change it afterwards
     * @param offset the index of the first byte
     * @param byteCount the number of bytes, zero or more
     * @throws IndexOutOfBoundsException if the range is not within {@code source}
     * @throws StreamClosedException if this side has ended the output, even if {@code byteCount} is zero
     */
    public void write(byte[] source, int offset, int byteCount) {
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        core.output.write(source, offset, byteCount);
    }

    /**
     * Writes a copy of the bytes between a buffer's position and limit, and moves its position to the limit.
     *
     * @param source the buffer that holds the bytes; the caller may change it afterwards
     * @throws StreamClosedException if this side has ended the output, even if {@code source} has no bytes remaining
     */
    public void write(ByteBuffer source) {
        if (source.hasArray()) {
            core.output.write(source.array(), source.arrayOffset() + source.position(), source.remaining());
            source.position(source.limit());
        } else {
            core.output.write(source);
        }
    }

    /**
     * Writes the bytes between a buffer's position and limit without copying them. The connection takes ownership of
     * the memory: the caller must not change it again, not even after {@code flush}. This pays off for large direct
     * buffers. To write one read-only buffer many times, pass a {@link ByteBuffer#duplicate} each time.
     *
     * @param source the buffer to hand over
     * @throws StreamClosedException if this side has ended the output, even if {@code source} has no bytes remaining
     */
    public void writeOwned(ByteBuffer source) {
        core.output.writeOwned(source);
    }

    /**
     * Writes borrowed bytes without copying them, and takes them over: they are {@linkplain BorrowedBytes closed} from
     * then on, also if this method throws {@link StreamClosedException}.
     *
     * @param bytes the bytes to write
     * @throws IllegalStateException if they were closed or written before
     * @throws StreamClosedException if this side has ended the output, even if there are no bytes
     */
    public void write(BorrowedBytes bytes) {
        core.output.write(bytes.release(), "write");
    }

    /**
     * Writes a text in a charset.
     *
     * @param text the text to write
     * @param charset the charset of the bytes
     * @throws IllegalArgumentException if the charset cannot encode a character of the text, of which no byte is
     *     written then; or if it starts each text with a byte order mark, as UTF-16 does and UTF-16BE does not
     * @throws StreamClosedException if this side has ended the output, even if {@code text} is empty
     */
    public void write(CharSequence text, Charset charset) {
        ByteBuffer bytes = TextFormat.of(charset).encode(text);
        core.output.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }

    /**
     * Returns a writer of numbers with a fixed width.
     *
     * @param order {@link ByteOrder#BIG_ENDIAN}, the order of most network protocols, or
     *     {@link ByteOrder#LITTLE_ENDIAN}
     * @return a new view of this writer
     */
    public NumberWriter numbers(ByteOrder order) {
        return new NumberWriter(this, order);
    }

    /**
     * Returns an output stream to this writer, for the rest of Java: {@code OutputStreamWriter},
     * {@code GZIPOutputStream}, serializers. For threads that may block, as for {@link Await#await Await.await}.
     *
     * <p>{@code write} is a write and a drain, in pieces of 64 KiB, so a large array waits at the caller and not in the
     * write buffer. {@code flush} is a {@link #flush}. An interrupt of a waiting call throws
     * {@link java.io.InterruptedIOException}, which counts the written bytes in {@code bytesTransferred}, and leaves
     * the thread's interrupt status set. On an event loop's own thread, every call throws {@link IllegalStateException}
     * as {@code await} does, and writes nothing.
     *
     * <p>{@code close} ends the output with {@link #writeEof}, if the connection {@linkplain #canWriteEof supports
     * half-close}, and flushes; an interrupt ends only its wait. The input goes on either way. One thread at a time may
     * use the stream.
     *
     * @return a new view of this writer
     */
    public OutputStream asOutputStream() {
        return new WriterOutputStream(this);
    }

    /**
     * Returns a subscriber that writes what a publisher of a reactive library sends; see {@link WriterSubscriber}.
     *
     * @return a new subscriber, for one publisher
     */
    public WriterSubscriber asSubscriber() {
        return new WriterSubscriber(this);
    }

    /**
     * Writes a copy of several byte arrays in order, with nothing between them (asyncio's {@code writelines}).
     *
     * @param lines the arrays to write
     * @throws StreamClosedException if this side has ended the output, even if {@code lines} is empty
     */
    public void writeLines(Iterable<byte[]> lines) {
        core.lifecycle.refuseWrite("writeLines");
        for (byte[] line : lines) {
            write(line);
        }
    }

    /**
     * Sends part of a file; see {@link #writeFile(FileChannel, long, long, LongConsumer)}.
     *
     * @param file the file, open for reading
     * @param position the index of the first byte to send
     * @param byteCount the maximum number of bytes; {@link Long#MAX_VALUE} for all
     * @return completes with the number of bytes sent
     */
    public CompletableFuture<Long> writeFile(FileChannel file, long position, long byteCount) {
        return writeFile(file, position, byteCount, sent -> {});
    }

    /**
     * Sends part of a file, after everything written so far (asyncio's {@code loop.sendfile}). In plaintext, over
     * epoll, kqueue and NIO, the kernel sends it from the file (zero copy); otherwise blocks of 64 KiB are read on a
     * thread that may block. Either way the file is sent in pieces, each of which counts into the write buffer, and
     * memory stays bounded, however slowly the peer reads.
     *
     * <p>Sends as many bytes as the file has when the call begins, up to {@code byteCount}; none if {@code position} is
     * at or beyond its end. Neither moves the file's position nor closes the file: the caller may close it once the
     * future is done. Completes when the operating system has taken the last byte.
     *
     * <p>Until completion, writes, {@code writeEof}, {@code startTls}, {@code detach} and another {@code writeFile}
     * throw {@link IllegalStateException}: bytes queued behind a large file would fill the memory, unseen by
     * {@link #drain}. {@link #flush} waits for the file, and {@code close} sends it first, within the
     * {@link StreamLimits#closeTimeout}.
     *
     * <p>A cancel or a timeout stops between two pieces: the pieces sent by then stay sent, and the last call of
     * {@code progress} tells how much that is. Writes are accepted again at once. The last piece may still be on its
     * way, so {@link #flush} before closing the file. Fails with {@link IncompleteFileException} if the file shrinks,
     * is closed or cannot be read; the bytes sent by then stay sent, and the connection goes on. (A file that shrinks
     * or is closed in the very moment in which the kernel sends a piece breaks the connection.) Fails with {@link
     * IllegalArgumentException} if the file is not open for reading, and otherwise as {@link #drain} does.
     *
     * @param file the file, open for reading
     * @param position the index of the first byte to send
     * @param byteCount the maximum number of bytes; {@link Long#MAX_VALUE} for all
     * @param progress called on the connection's loop after each piece, with the number of bytes handed over so far;
     *     must not block; an exception ends the call
     * @return completes with the number of bytes sent
     * @throws IllegalArgumentException if {@code position} or {@code byteCount} is negative
     * @throws IllegalStateException during another {@code writeFile}, or during {@code startTls}
     * @throws StreamClosedException if this side has ended the output
     */
    public CompletableFuture<Long> writeFile(FileChannel file, long position, long byteCount, LongConsumer progress) {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(progress, "progress");
        if (position < 0) {
            throw new IllegalArgumentException("position < 0: " + position);
        }
        if (byteCount < 0) {
            throw new IllegalArgumentException("byteCount < 0: " + byteCount);
        }
        return core.writeFile(file, position, byteCount, progress);
    }

    /**
     * Waits until the write buffer has room again.
     *
     * <p>Completes at once while no more bytes than the {@linkplain StreamLimits#writeHighMarkBytes() high mark} are
     * buffered; otherwise when the buffer has come down to the {@linkplain StreamLimits#writeLowMarkBytes() low mark}.
     * Fails with {@link StreamBrokenException} if bytes were lost, and with {@link StreamClosedException} after
     * {@code abort} or once this side's {@code close} has finished. A cancelled call leaves the written bytes as they
     * are. Any number may be pending. Source: asyncio's {@code drain}, which returns normally after bytes were lost.
     *
     * @return completes when the buffer has room
     */
    public CompletableFuture<Void> drain() {
        return connection.held(core.output.drain());
    }

    /**
     * Waits until all bytes written so far have been handed to the operating system. Only an answer from the peer tells
     * that they have reached it.
     *
     * <p>Completes when none of those bytes is buffered in this process any more. Fails as {@link #drain} does. A
     * cancelled call leaves the written bytes as they are. Any number may be pending.
     *
     * @return completes when the operating system has all bytes written before this call
     */
    public CompletableFuture<Void> flush() {
        return connection.held(core.output.flush());
    }

    /**
     * Returns the number of bytes that were written here and that the operating system has not taken yet (asyncio's
     * {@code get_write_buffer_size}). Over Netty it includes some overhead for each queued buffer. While other threads
     * write, it is an estimate.
     *
     * @return zero or more
     */
    public long pendingByteCount() {
        return core.writer.pendingByteCount();
    }

    /**
     * Returns whether this connection supports half-close: the output can be ended while the input goes on, and bytes
     * written after the peer has ended its output still arrive.
     *
     * @return true for TCP and Unix sockets, and for TLS 1.3 on the JDK's engine; false for TLS 1.2 (RFC 5246, section
     *     7.2.1) and for BoringSSL
     */
    public boolean canWriteEof() {
        return core.canWriteEof();
    }

    /**
     * Ends the output after all bytes written so far; the input goes on. The peer reads EOF after the last byte; under
     * TLS it receives a close_notify (RFC 8446, section 6.1). Has no effect if called again or after {@code close}.
     *
     * @throws UnsupportedOperationException if the connection {@linkplain #canWriteEof does not support half-close}
     */
    public void writeEof() {
        core.writeEof();
    }

    /**
     * Upgrades the connection to TLS; see {@link #startTls(TlsUpgrade, byte[])}.
     *
     * @param upgrade the side to play, client or server, and its configuration
     * @return completes with the session that the handshake negotiated
     */
    public CompletableFuture<TlsSession> startTls(TlsUpgrade upgrade) {
        return startTls(upgrade, NOTHING);
    }

    /**
     * Writes the last plaintext, such as a server's go-ahead, and upgrades the connection to TLS. The same reader and
     * writer then go on over TLS.
     *
     * <p>Reading stops before the last plaintext is sent, and nothing is sent in plaintext after it. Bytes that had
     * arrived before and were not read never surface: the upgrade's {@link LeftoverPolicy} says what happens to them.
     * Until completion, reads throw {@link ConcurrentReadException} and writes throw {@link IllegalStateException}. A
     * connection that already uses TLS gets TLS in TLS.
     *
     * <p>Completes when the handshake is done. Fails with {@link javax.net.ssl.SSLException} if the handshake fails or
     * exceeds the {@linkplain TlsUpgrade#handshakeTimeout handshake timeout}, with {@link PlaintextInjectionException}
     * if unread plaintext is refused, and with {@link StreamBrokenException} if the peer has ended its output or the
     * connection is lost. A call that fails, is cancelled or times out ends the connection, because there is no way
     * back to plaintext; pending and later operations then fail with the same reason. At most one may be pending.
     * Source: asyncio's {@code start_tls}.
     *
     * @param upgrade the side to play, client or server, and its configuration
     * @param lastPlaintext the bytes to send in plaintext after everything written so far; may be empty
     * @return completes with the session that the handshake negotiated
     * @throws ConcurrentReadException if a read is pending
     * @throws IllegalStateException if another {@code startTls} is pending
     * @throws StreamClosedException if this side has ended the output
     */
    public CompletableFuture<TlsSession> startTls(TlsUpgrade upgrade, byte[] lastPlaintext) {
        return connection.held(StartTls.begin(
                core,
                Objects.requireNonNull(upgrade, "upgrade"),
                Objects.requireNonNull(lastPlaintext, "lastPlaintext")));
    }

    /**
     * Returns the TLS session.
     *
     * @return the session, or null if the connection is in plaintext: until {@code startTls} has completed
     */
    public @Nullable TlsSession tlsSession() {
        return core.tlsSession();
    }

    /**
     * Sends the buffered bytes, then closes the connection, without waiting for either. Reads see the bytes received so
     * far, then EOF. If the peer does not accept the bytes within {@link StreamLimits#closeTimeout}, the connection is
     * aborted as by {@link #abort}, and {@link #waitClosed} fails. Has no effect if called again.
     *
     * <p>The connection lingers after the last byte and the end of the output have been sent: bytes that the peer still
     * sends are read and discarded until the peer ends its output, is silent for 5 seconds, or has sent 16 MiB. Closing
     * the socket earlier would make the operating system send a reset, which destroys bytes that the peer has not read
     * yet.
     */
    public void close() {
        core.close();
    }

    /**
     * Discards the buffered bytes and closes the connection at once. Pending operations fail. A TCP peer sees a reset;
     * the peer of a Unix socket reads EOF.
     */
    public void abort() {
        core.abort();
    }

    /**
     * Returns whether the connection is closing or closed, by either side.
     *
     * @return true after {@code close}, {@code abort} or the loss of the connection; not after the peer's EOF alone
     */
    public boolean isClosing() {
        return core.lifecycle.isClosing();
    }

    /**
     * Waits until the connection has ended; does not end it.
     *
     * <p>Completes when {@code close} has sent everything, the peer has ended its output or has been silent for 5
     * seconds, and the connection is gone; at once if that was earlier. Fails with {@link StreamBrokenException} if the
     * peer or the network ended the connection, if {@code close} timed out, or if {@code close} had to reset a peer
     * that kept sending. Fails with {@link StreamClosedException} after {@code abort} or {@code detach}. A cancelled
     * call does not affect the connection. Any number may be pending. Source: asyncio's {@code wait_closed}.
     *
     * @return completes when the connection has ended without losing bytes
     */
    public CompletableFuture<Void> waitClosed() {
        return core.waitClosed();
    }

    /**
     * Looks up a fact about the connection (asyncio's {@code get_extra_info}). {@code "peername"} and
     * {@code "sockname"} are {@link java.net.SocketAddress}es. Under TLS, {@code "cipher"} is the name of the cipher
     * suite and {@code "peercert"} the peer's own {@link java.security.cert.Certificate}; {@link #tlsSession} has all
     * facts about TLS. Over Netty, {@code "channel"} is the Netty channel and, for Unix sockets, {@code "peercred"} the
     * peer's credentials.
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

    /**
     * Looks up a fact about the connection; see {@link #getExtraInfo(String)}.
     *
     * @param <T> the type of the fact, which the caller must know
     * @param name the fact's name
     * @param ifUnknown the value to return if the fact is not known
     * @return the fact, or {@code ifUnknown}
     */
    @SuppressWarnings("unchecked") // as with getExtraInfo, the caller knows the type
    public <T> T getExtraInfo(String name, T ifUnknown) {
        Object known = getExtraInfo(name);
        return known == null ? ifUnknown : (T) known;
    }

    /**
     * Returns the connection that this writer belongs to.
     *
     * @return the same connection every time
     */
    public StreamConnection connection() {
        return connection;
    }

    @Override
    public String toString() {
        return "StreamWriter[" + core + "]";
    }
}
