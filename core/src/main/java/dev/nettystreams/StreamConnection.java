package dev.nettystreams;

import dev.nettystreams.spi.Transport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A reader and a writer over one connection.
 *
 * <p>In {@code try}-with-resources the connection is closed at the end: gracefully, in the background, within
 * {@link StreamLimits#closeTimeout}. To know that everything was sent, {@code await(connection.writer().flush())} before the end, or
 * {@code await(connection.waitClosed())} after it.
 *
 * <p>Any thread may call any method.
 */
public final class StreamConnection implements AutoCloseable {
    private final StreamCore core;

    private StreamConnection(StreamCore core) {
        this.core = core;
    }

    /**
     * Makes streams over a transport, and starts it. For authors of transports; applications open connections by their transport's own
     * methods.
     *
     * @param transport not started yet
     * @param limits the connection's bounds
     * @return the streams; they may be used at once
     */
    public static StreamConnection over(Transport transport, StreamLimits limits) {
        StreamCore core = new StreamCore(transport, limits);
        core.start();
        return new StreamConnection(core);
    }

    /**
     * The incoming half.
     *
     * @return the same object every time
     */
    public StreamReader reader() {
        return core.reader;
    }

    /**
     * The outgoing half.
     *
     * @return the same object every time
     */
    public StreamWriter writer() {
        return core.writer;
    }

    /**
     * Runs {@code while (await(step.get())) {}} on the connection's event loop: the loop of a program written with callbacks.
     *
     * <p>Ten million steps that are complete at once neither overflow the stack nor hold up the loop's other connections: after a few
     * hundred of them the loop gets its turn. Completes when a step completes with false; fails with what a step fails with or throws.
     * Cancelled, it takes no further step; the current one goes on.
     *
     * @param step one round; called on the loop
     * @return completes after the last step
     */
    public CompletableFuture<Void> repeat(Supplier<? extends CompletionStage<Boolean>> step) {
        return new Repeat(core.loop, step).begin();
    }

    /** Closes gracefully, without waiting: {@link StreamWriter#close}. */
    @Override
    public void close() {
        core.close();
    }

    /** Closes at once and drops what is buffered: {@link StreamWriter#abort}. */
    public void abort() {
        core.abort();
    }

    /**
     * Waits for the end of the connection: {@link StreamWriter#waitClosed}.
     *
     * @return completes when the connection has ended well
     */
    public CompletableFuture<Void> waitClosed() {
        return core.waitClosed();
    }

    /**
     * Ends the streams and leaves the transport open, for another owner. For authors of transports, who hand back what lies beneath
     * (over Netty: {@code StreamChannelHandler.handBack}, which calls this).
     *
     * <p>Completes when all that was written has been handed over, with the received bytes that no read has taken; an end of input that
     * has come already is the transport's to tell. Fails as {@link StreamWriter#flush} does, and with {@link StreamBrokenException} when
     * the peer has not taken the bytes within {@link StreamLimits#closeTimeout}; the connection is then aborted, and so it is
     * when the call is cancelled, or the connection closed meanwhile. From the call on every read and write throws
     * {@link StreamClosedException}.
     *
     * @return the unread bytes
     * @throws ConcurrentReadException if a read is pending
     * @throws StreamClosedException if this side has ended the output
     */
    public CompletableFuture<byte[]> detach() {
        return core.detach();
    }

    /**
     * Runs a conversation: starts the handler, reports what it fails with (save its being cancelled), and closes the connection when it is over, however it ends.
     *
     * <p>Completes when the handler is done and the connection is gone; never fails. Cancelled, it asks the handler to end (its stage is
     * cancelled; code on a thread of its own is interrupted), and completes when it has. For authors of servers.
     *
     * @param handler the conversation
     * @param reporter told once if the handler fails; what it throws in turn is lost
     * @return completes when nothing of the conversation is left
     */
    public CompletableFuture<Void> serve(ConnectionHandler handler, FailureReporter reporter) {
        return new Conversation(this, reporter).run(handler);
    }

    @Override
    public String toString() {
        return "StreamConnection[" + core + "]";
    }

    StreamCore core() {
        return core;
    }
}
