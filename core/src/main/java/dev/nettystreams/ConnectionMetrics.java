package dev.nettystreams;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a connection has done so far, as counts. {@link StreamConnection#metrics} returns them; the object is live.
 *
 * <p>No count ever falls. Any thread may read them at any time, and sees values that are at most a moment old. Once
 * {@link StreamConnection#waitClosed} has completed, and after a {@code detach}, they are final.
 *
 * <p>The bytes are the program's: under TLS they are counted before their encryption and after their decryption, and
 * the handshake's are not among them. Bytes that arrived in clear ahead of {@code startTls} count as read, whether they
 * were read, handed to the TLS engine or discarded.
 */
public final class ConnectionMetrics {
    private static final VarHandle BYTES_READ = counter("bytesRead");
    private static final VarHandle BYTES_WRITTEN = counter("bytesWritten");
    private static final VarHandle READS_PAUSED = counter("readsPaused");
    private static final VarHandle DRAINS_WAITED = counter("drainsWaited");
    private static final VarHandle HANDSHAKES = counter("handshakes");
    private static final VarHandle HANDSHAKES_FAILED = counter("handshakesFailed");

    // Written on the loop alone, so an addition needs no atomic operation.
    private long bytesRead;
    private long bytesWritten;
    private long readsPaused;
    private long drainsWaited;
    private long handshakes;
    private long handshakesFailed;

    ConnectionMetrics() {}

    private static VarHandle counter(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(ConnectionMetrics.class, name, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /**
     * Returns the number of bytes that have arrived, whether or not a read has taken them. Bytes that arrive after
     * {@code close}, and are discarded, count too. Bytes that arrive during {@code startTls}, for the handshake, do not
     * count.
     *
     * @return a number of bytes
     */
    public long bytesRead() {
        return (long) BYTES_READ.getOpaque(this);
    }

    /**
     * Returns the number of bytes that the program has written and the connection has taken on their way, files and
     * relayed bytes included. {@link StreamWriter#pendingByteCount} tells how many of them the operating system has not
     * taken yet; an {@code abort} discards those, and they stay counted.
     *
     * @return a number of bytes
     */
    public long bytesWritten() {
        return (long) BYTES_WRITTEN.getOpaque(this);
    }

    /**
     * Returns how often reading was paused because the program, or the target of a relay, was slower than the peer.
     *
     * @return a number of pauses
     */
    public long readsPaused() {
        return (long) READS_PAUSED.getOpaque(this);
    }

    /**
     * Returns how many calls of {@code drain} had to wait because the peer was slower than the program.
     *
     * @return a number of calls
     */
    public long drainsWaited() {
        return (long) DRAINS_WAITED.getOpaque(this);
    }

    /**
     * Returns how many TLS handshakes have begun, at the first byte or by {@code startTls}.
     *
     * @return a number of handshakes; more than one only for TLS within TLS
     */
    public long handshakes() {
        return (long) HANDSHAKES.getOpaque(this);
    }

    /**
     * Returns how many TLS handshakes have failed, timed out or were called off.
     *
     * @return a number of handshakes, zero or one: the connection ends with it
     */
    public long handshakesFailed() {
        return (long) HANDSHAKES_FAILED.getOpaque(this);
    }

    // ---- on the loop

    void read(int byteCount) {
        BYTES_READ.setOpaque(this, bytesRead + byteCount);
    }

    void written(int byteCount) {
        BYTES_WRITTEN.setOpaque(this, bytesWritten + byteCount);
    }

    void readPaused() {
        READS_PAUSED.setOpaque(this, readsPaused + 1);
    }

    void drainWaits() {
        DRAINS_WAITED.setOpaque(this, drainsWaited + 1);
    }

    void handshakeBegins() {
        HANDSHAKES.setOpaque(this, handshakes + 1);
    }

    void handshakeFails() {
        HANDSHAKES_FAILED.setOpaque(this, handshakesFailed + 1);
    }

    @Override
    public String toString() {
        return "ConnectionMetrics[bytesRead=" + bytesRead() + ", bytesWritten=" + bytesWritten() + ", readsPaused="
                + readsPaused() + ", drainsWaited=" + drainsWaited() + ", handshakes=" + handshakes()
                + ", handshakesFailed=" + handshakesFailed() + "]";
    }
}
