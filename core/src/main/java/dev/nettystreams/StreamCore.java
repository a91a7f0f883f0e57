package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Routes between the two halves of a connection, its end and its transport. It has no rule of its own.
 * {@link ReadRequest} decides what a read takes, {@link ReadGate} when reading pauses, {@link Input} which operation
 * waits for input, and {@link Output} how written bytes get to the wire. {@link LoopAccess} decides which thread may
 * touch what, {@link Lifecycle} has the connection's states, {@link Ending} its end, and {@link Detachment} its
 * hand-over.
 *
 * <pre>
 *   transport --EventTurns: dataReceived, eof--> Input -------completes--> the caller's read
 *                           writable, flushed--> Output ------completes--> the caller's drain, flush
 *                           connectionLost--> Ending: all of them, then waitClosed
 *   the caller --write--> Output --> transport's open buffer --flush: the burst is over, or a task--> wire
 * </pre>
 *
 * <p>Three rules keep user code out of half-changed state. Transports report nothing from inside a call of ours. Every
 * method here that completes futures does so last. An operation that can complete at once returns a completed future,
 * and {@link Turns} limits how many do so in a row.
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class StreamCore implements TransportEvents {
    private static final DelimitedRequest DEFAULT_LINE =
            DelimitedRequest.Until.line(StreamLimits.DEFAULT.readLimitBytes());

    final Transport transport;
    final Loop loop;
    final ConnectionProbe probe;
    final Lifecycle lifecycle;
    final LoopAccess access;
    final TransportWriter writer;
    final Output output;
    final Input input;
    final Ending ending;

    private final ReadGate gate;
    private volatile InForce inForce;

    /** The limits, and the request of {@code readLine()} within them. */
    private record InForce(StreamLimits limits, DelimitedRequest line) {
        static InForce of(StreamLimits limits) {
            return new InForce(limits, lineRequest(limits));
        }
    }

    private volatile @Nullable TlsSession tlsSession;

    StreamCore(Transport transport, StreamLimits limits) {
        this.transport = transport;
        this.loop = transport.loop();
        this.inForce = InForce.of(limits);
        this.lifecycle = new Lifecycle(transport.outputRefusal());
        this.probe = new ConnectionProbe(this);
        this.access = new LoopAccess(loop, probe);
        Transport counted = new CountedTransport(transport, probe.metrics);
        this.writer = new TransportWriter(counted, access, limits.writeHighMarkBytes(), this::outputBroken);
        this.output = new Output(writer, access, lifecycle);
        this.gate = new ReadGate(transport, access::run, probe, limits.readLimitBytes());
        this.input = new Input(access, lifecycle, gate);
        this.ending = new Ending(transport, access, this::limits, lifecycle, input, output, writer);
    }

    /** Any thread. */
    StreamLimits limits() {
        return inForce.limits;
    }

    /** Returns the request of {@code readLine()}, within the read limit. Any thread. */
    DelimitedRequest lineRequest() {
        return inForce.line;
    }

    private static DelimitedRequest lineRequest(StreamLimits limits) {
        return limits.readLimitBytes() == StreamLimits.DEFAULT.readLimitBytes()
                ? DEFAULT_LINE
                : DelimitedRequest.Until.line(limits.readLimitBytes());
    }

    /** Any thread. See {@link StreamConnection#setLimits}. */
    void setLimits(StreamLimits others) {
        inForce = InForce.of(others);
        access.run(this::applyLimits);
    }

    /** Applies the latest limits: tasks of two threads may run in another order than their calls. */
    private void applyLimits() {
        StreamLimits now = limits();
        gate.setLimit(now.readLimitBytes());
        if (!lifecycle.isHandedOver()) {
            writer.setMarks(now.writeHighMarkBytes(), now.writeLowMarkBytes());
        }
    }

    /** Any thread. Calls made after it reach the transport after its start. */
    void start() {
        probe.opened();
        if (loop.isCurrent()) {
            startOnLoop();
        } else {
            access.run(this::startOnLoop);
        }
    }

    private void startOnLoop() {
        access.start();
        EventTurns events = new EventTurns(access, this);
        StreamLimits now = limits();
        transport.start(events, now.writeHighMarkBytes(), now.writeLowMarkBytes());
    }

    // ---- half-close

    /** Any thread. */
    boolean canWriteEof() {
        return transport.canWriteEof();
    }

    /** Any thread. */
    void writeEof() {
        lifecycle.refuseDuringOtherCall("writeEof");
        if (!canWriteEof()) {
            throw new UnsupportedOperationException("this connection has no half-close: canWriteEof() is false");
        }
        if (lifecycle.move(Lifecycle.Event.WRITE_EOF) != null) {
            access.run(() -> {
                writer.seal();
                if (writer.failure() == null) {
                    transport.writeEof();
                }
            });
        }
    }

    // ---- TLS

    /** Any thread. */
    @Nullable
    TlsSession tlsSession() {
        return tlsSession;
    }

    /** Returns false if the connection has been ended meanwhile. */
    boolean secured(TlsSession session) {
        if (lifecycle.move(Lifecycle.Event.SECURED) == null) {
            return false;
        }
        tlsSession = session;
        output.resume();
        return true;
    }

    void upgradeFailed(Failure reason) {
        ending.giveUp(reason);
    }

    // ---- files

    /** Any thread. See {@link FileWrite}. */
    CompletableFuture<Long> writeFile(FileChannel file, long position, long mostBytes, LongConsumer progress) {
        return FileWrite.begin(this, file, position, mostBytes, progress);
    }

    // ---- the end

    /** Any thread. */
    void close() {
        ending.close();
    }

    /** Any thread. */
    void abort() {
        ending.abort();
    }

    /** Any thread. */
    CompletableFuture<Void> waitClosed() {
        return ending.waitClosed();
    }

    // ---- events

    @Override
    public void dataReceived(Chunk chunk) {
        writer.flushing.burstBegan();
        if (!input.isSwitchingToTls()) {
            probe.metrics.read(chunk.remaining());
        }
        if (!ending.drop(chunk)) {
            input.arrived(chunk);
        }
    }

    @Override
    public void turnEnded() {
        writer.flushing.burstEnded();
    }

    @Override
    public void eofReceived() {
        ending.peerEnded();
        input.end(null);
    }

    @Override
    public boolean isAwaitingInput() {
        return input.isAwaited();
    }

    @Override
    public void writable() {
        writer.writable();
    }

    @Override
    public void flushed(long ticket) {
        writer.flushed(ticket);
    }

    @Override
    public void outputFinished() {
        ending.outputFinished();
    }

    @Override
    public void outputFailed(Throwable cause) {
        ending.outputFailed(cause);
    }

    @Override
    public void connectionLost(@Nullable Throwable cause) {
        ending.lost(cause);
        input.keepRest();
    }

    private void outputBroken(Failure reason) {
        ending.abort(reason);
    }

    /** Any thread. */
    boolean isReadPaused() {
        return gate.isPaused();
    }

    /** Any thread. */
    String peerName() {
        Object peer = transport.extraInfo("peername");
        // Null if the connection was lost before the transport could ask for it.
        String name = peer == null ? "unknown" : peer.toString();
        return name.isEmpty() ? "unnamed" : name;
    }

    @Override
    public String toString() {
        return lifecycle.state() + ", peer=" + peerName() + ", buffered=" + input.bufferedByteCount() + ", pending="
                + writer.pendingByteCount();
    }
}
