package dev.nettystreams.netty;

import dev.nettystreams.ConnectionMetrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;

/**
 * What a server has done so far, as counts. {@link StreamServer#metrics} returns them; the object is live.
 *
 * <p>Any thread may read them at any time. Except for {@link #connectionsOpen}, no count ever falls. The counts of
 * bytes, waits and handshakes are sums of the {@link ConnectionMetrics} of all connections that the server has
 * accepted; to read one takes a look at each open connection, and nothing while the connections work. They are exact
 * when {@link StreamServer#waitClosed} has completed, and at most a moment behind before that.
 *
 * <pre>
 *   a connection arrives --refused
 *                        \_accepted --open--> ended in good order
 *                                         \__failed
 * </pre>
 */
public final class ServerMetrics {
    /** How often a sum is taken again because a connection ended meanwhile. */
    private static final int MOST_TRIES = 100;

    private final ConnectionSet open;

    /** The counts of the connections that have not been added to the sums of ended ones. */
    private final Set<ConnectionMetrics> live = ConcurrentHashMap.newKeySet();

    private final AtomicLong movesBegun = new AtomicLong(); // from the live ones to the ended ones
    private final AtomicLong movesDone = new AtomicLong();

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong acceptsFailed = new AtomicLong();
    private final Sum bytesRead = new Sum(ConnectionMetrics::bytesRead);
    private final Sum bytesWritten = new Sum(ConnectionMetrics::bytesWritten);
    private final Sum readsPaused = new Sum(ConnectionMetrics::readsPaused);
    private final Sum drainsWaited = new Sum(ConnectionMetrics::drainsWaited);
    private final Sum handshakes = new Sum(ConnectionMetrics::handshakes);
    private final Sum handshakesFailed = new Sum(ConnectionMetrics::handshakesFailed);

    /** @param open the server's open connections */
    ServerMetrics(ConnectionSet open) {
        this.open = open;
    }

    /** One count of all connections. */
    private final class Sum {
        private final ToLongFunction<ConnectionMetrics> count;
        private final AtomicLong ofEnded = new AtomicLong();
        private final AtomicLong largest = new AtomicLong(); // that anybody has seen

        Sum(ToLongFunction<ConnectionMetrics> count) {
            this.count = count;
        }

        void add(ConnectionMetrics ended) {
            ofEnded.addAndGet(count.applyAsLong(ended));
        }

        /**
         * A connection leaves the live ones before it is added to the ended ones, and both are read in the other order.
         * So a sum that meets such a move may lack the connection, and never has it twice; it is taken again. If
         * connections end all the time, the largest sum stands until a later look.
         */
        long get() {
            long sum = 0;
            for (int tries = 0; tries < MOST_TRIES; tries++) {
                long done = movesDone.get();
                long begun = movesBegun.get();
                sum = ofEnded.get();
                for (ConnectionMetrics each : live) {
                    sum += count.applyAsLong(each);
                }
                if (done == begun && movesBegun.get() == begun) {
                    break;
                }
            }
            return largest.accumulateAndGet(sum, Math::max);
        }
    }

    /**
     * Returns how many connections the server's handler was started for.
     *
     * @return a number of connections, the open ones included
     */
    public long connectionsAccepted() {
        return accepted.get();
    }

    /**
     * Returns how many connections are open, their handlers' ends included: {@link StreamServer#connectionCount}.
     *
     * @return a number of connections, which rises and falls
     */
    public int connectionsOpen() {
        return open.size();
    }

    /**
     * Returns how many connections arrived and were closed again without a handler: for an address that the server does
     * not listen on, while the server closed, because the peer was gone at once, or because their hook failed or closed
     * them.
     *
     * @return a number of connections
     */
    public long connectionsRefused() {
        return refused.get();
    }

    /**
     * Returns how many accepted connections have failed: their handler or handshake failed, the peer or the network
     * broke them, or bytes that the handler had written were lost. The server's {@code FailureReporter} was called for
     * each.
     *
     * @return a number of connections
     */
    public long connectionsFailed() {
        return failed.get();
    }

    /**
     * Returns how often accepting paused for a second because the system refused a connection, as it does when the
     * process has no file descriptor left.
     *
     * @return a number of pauses
     */
    public long acceptsFailed() {
        return acceptsFailed.get();
    }

    /**
     * Returns the number of bytes that have arrived; see {@link ConnectionMetrics#bytesRead}.
     *
     * @return a number of bytes
     */
    public long bytesRead() {
        return bytesRead.get();
    }

    /**
     * Returns the number of bytes that handlers have written; see {@link ConnectionMetrics#bytesWritten}.
     *
     * @return a number of bytes
     */
    public long bytesWritten() {
        return bytesWritten.get();
    }

    /**
     * Returns how often reading was paused; see {@link ConnectionMetrics#readsPaused}.
     *
     * @return a number of pauses
     */
    public long readsPaused() {
        return readsPaused.get();
    }

    /**
     * Returns how many calls of {@code drain} had to wait; see {@link ConnectionMetrics#drainsWaited}.
     *
     * @return a number of calls
     */
    public long drainsWaited() {
        return drainsWaited.get();
    }

    /**
     * Returns how many TLS handshakes have begun, at the first byte or by {@code startTls}.
     *
     * @return a number of handshakes
     */
    public long handshakes() {
        return handshakes.get();
    }

    /**
     * Returns how many TLS handshakes have failed, timed out or were called off.
     *
     * @return a number of handshakes
     */
    public long handshakesFailed() {
        return handshakesFailed.get();
    }

    // ---- any thread

    void accepted(ConnectionMetrics counts) {
        live.add(counts);
        accepted.incrementAndGet();
    }

    void refused() {
        refused.incrementAndGet();
    }

    void failed() {
        failed.incrementAndGet();
    }

    void acceptFailed() {
        acceptsFailed.incrementAndGet();
    }

    /** An accepted connection has ended, and its counts are final. */
    void ended(ConnectionMetrics counts) {
        movesBegun.incrementAndGet();
        live.remove(counts);
        bytesRead.add(counts);
        bytesWritten.add(counts);
        readsPaused.add(counts);
        drainsWaited.add(counts);
        handshakes.add(counts);
        handshakesFailed.add(counts);
        movesDone.incrementAndGet();
    }

    @Override
    public String toString() {
        return "ServerMetrics[connectionsAccepted=" + connectionsAccepted() + ", connectionsOpen=" + connectionsOpen()
                + ", connectionsRefused=" + connectionsRefused() + ", connectionsFailed=" + connectionsFailed()
                + ", acceptsFailed=" + acceptsFailed() + ", bytesRead=" + bytesRead() + ", bytesWritten="
                + bytesWritten() + ", readsPaused=" + readsPaused() + ", drainsWaited=" + drainsWaited()
                + ", handshakes=" + handshakes() + ", handshakesFailed=" + handshakesFailed() + "]";
    }
}
