package dev.nettystreams.testing;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@link MemoryPair}: a write buffer in front of one wire, and a receiver at the end of the other.
 *
 * <p>As with a socket, only the incoming wire tells how the connection was lost. Every event is a task of its own or
 * part of the delivery task, so no event is reported from inside a call.
 *
 * <p>Confined to its event loop, except for the callbacks of the wires, which only submit tasks.
 */
final class MemoryTransport implements Transport {
    private static final int CHUNKS_PER_TURN = 16;

    private enum Phase {
        NEW,
        LIVE,
        /** All written bytes must be sent, then the end of the output. */
        FINISHING,
        FINISHED,
        /** The connection is lost; the task that reports it is queued. */
        ENDING,
        /** No more events are reported. */
        OVER
    }

    private record FlushTicket(long mark, long ticket) {}

    private final Loop loop;
    private final MemoryWire out;
    private final MemoryWire in;
    private final MemoryOptions options;
    private @Nullable TransportEvents events;
    private int highMarkBytes;
    private int lowMarkBytes;
    private Phase phase = Phase.NEW;

    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ArrayDeque<FlushTicket> tickets = new ArrayDeque<>();
    private long writtenByteCount;
    private long flushMark;
    private long sentByteCount;
    private boolean isWritable = true;
    private boolean endsWhenSent;

    private final byte[] receiveMemory;
    private final AtomicBoolean deliveryScheduled = new AtomicBoolean();
    private boolean isPaused;
    private boolean hasReportedEof;
    private volatile boolean isSecured;
    private volatile @Nullable OutputEnd layerEnd;

    MemoryTransport(Loop loop, MemoryWire out, MemoryWire in, MemoryOptions options) {
        this.loop = loop;
        this.out = out;
        this.in = in;
        this.options = options;
        this.receiveMemory = new byte[options.chunkBytes()];
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        if (phase != Phase.NEW) {
            throw new IllegalStateException("start() called in phase " + phase);
        }
        this.events = events;
        this.highMarkBytes = highMarkBytes;
        this.lowMarkBytes = lowMarkBytes;
        phase = Phase.LIVE;
        out.attachSender(() -> submit(this::send));
        in.attachReceiver(this::deliverSoon);
    }

    // ---- input

    @Override
    public void pauseReading() {
        checkCall("pauseReading");
        in.countPause();
        isPaused = true;
    }

    @Override
    public void resumeReading() {
        checkCall("resumeReading");
        in.countResume();
        isPaused = false;
        deliverSoon();
    }

    private void deliverSoon() {
        if (deliveryScheduled.compareAndSet(false, true)) {
            submit(this::deliver);
        }
    }

    private void deliver() {
        deliveryScheduled.set(false);
        TransportEvents target = events;
        if (target == null || isEnded()) {
            return;
        }
        deliverChunks(target);
        if (isEnded()) {
            return;
        }
        switch (in.visibleEnd()) {
            case OPEN -> {
                if (mayDeliver() && in.isReadable()) {
                    deliverSoon();
                }
            }
            case FINISHED -> {
                if (!isPaused && !hasReportedEof) {
                    hasReportedEof = true;
                    target.eofReceived();
                }
            }
            case RESET -> lose(in.resetCause());
        }
    }

    private void deliverChunks(TransportEvents target) {
        boolean hasDelivered = false;
        for (int i = 0; i < CHUNKS_PER_TURN && mayDeliver(); i++) {
            int byteCount = in.take(receiveMemory);
            if (byteCount == 0) {
                break;
            }
            MemoryChunk chunk = new MemoryChunk(receiveMemory, byteCount);
            target.dataReceived(chunk);
            chunk.expire();
            hasDelivered = true;
        }
        if (hasDelivered && phase != Phase.OVER) {
            target.turnEnded();
        }
    }

    private boolean mayDeliver() {
        return !isEnded() && (!isPaused || in.isReset());
    }

    // ---- output

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        byte[] copy = new byte[byteCount];
        System.arraycopy(source, offset, copy, 0, byteCount);
        writeOwned(ByteBuffer.wrap(copy));
    }

    @Override
    public void write(Chunk source) {
        byte[] copy = new byte[source.remaining()];
        source.take(copy, 0, copy.length);
        writeOwned(ByteBuffer.wrap(copy));
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        checkCall("write");
        out.countWrite();
        if (phase != Phase.LIVE || endsWhenSent) {
            return;
        }
        unsent.add(source);
        writtenByteCount += source.remaining();
        if (pendingByteCount() > highMarkBytes) {
            isWritable = false;
        }
    }

    @Override
    public void flush() {
        checkCall("flush");
        out.countFlush();
        flushMark = writtenByteCount;
        send();
    }

    @Override
    public void notifyFlushed(long ticket) {
        checkCall("notifyFlushed");
        tickets.add(new FlushTicket(writtenByteCount, ticket));
        flush();
    }

    @Override
    public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {
        checkCall("setWriteMarks");
        this.highMarkBytes = highMarkBytes;
        this.lowMarkBytes = lowMarkBytes;
        long pending = pendingByteCount();
        isWritable = pending <= lowMarkBytes || (isWritable && pending <= highMarkBytes);
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }

    @Override
    public long pendingByteCount() {
        return writtenByteCount - sentByteCount;
    }

    @Override
    public void beginTls() {
        isSecured = true;
    }

    @Override
    public void endOutputBy(OutputEnd end) {
        layerEnd = end;
    }

    @Override
    public boolean canWriteEof() {
        OutputEnd end = layerEnd;
        return options.canWriteEof() && (end == null ? !isSecured : end.isHalfClose());
    }

    @Override
    public void writeEof() {
        checkCall("writeEof");
        if (endsWhenSent) {
            throw new IllegalStateException("writeEof() called twice");
        }
        if (phase != Phase.LIVE) {
            return; // a loss that has not been reported yet
        }
        endsWhenSent = true;
        flush();
    }

    private void send() {
        if (isEnded()) {
            return;
        }
        for (ByteBuffer first; (first = unsent.peek()) != null; ) {
            if (!first.hasRemaining()) {
                unsent.remove();
                continue;
            }
            int most = (int) Math.min(first.remaining(), flushMark - sentByteCount);
            int byteCount = most == 0 ? 0 : out.put(first, most);
            sentByteCount += byteCount;
            if (byteCount == 0) {
                break;
            }
        }
        reportSent();
        if (pendingByteCount() == 0) {
            endIfAsked();
        }
    }

    private void reportSent() {
        TransportEvents target = events;
        if (target == null) {
            return;
        }
        if (!isWritable && pendingByteCount() <= lowMarkBytes) {
            isWritable = true;
            report(target::writable);
        }
        while (!tickets.isEmpty() && tickets.element().mark <= sentByteCount) {
            long ticket = tickets.remove().ticket;
            report(() -> target.flushed(ticket));
        }
    }

    // ---- the end

    @Override
    public boolean finish() {
        checkCall("finish");
        if (phase == Phase.LIVE) {
            phase = Phase.FINISHING;
            flushMark = writtenByteCount;
            send();
        }
        return true;
    }

    @Override
    public void close() {
        checkCall("close");
        if (!isEnded()) {
            in.receiverGone();
            lose(null);
        }
    }

    @Override
    public void abort() {
        checkCall("abort");
        if (!isEnded()) {
            out.end(MemoryWire.End.RESET);
            in.receiverGone();
            lose(null);
        }
    }

    @Override
    public void detach() {
        checkCall("detach");
        phase = Phase.OVER;
        isPaused = true;
    }

    @Override
    public @Nullable Object extraInfo(String name) {
        return null;
    }

    private void endIfAsked() {
        if (endsWhenSent || phase == Phase.FINISHING) {
            out.end(MemoryWire.End.FINISHED);
        }
        TransportEvents target = events;
        if (phase == Phase.FINISHING && target != null) {
            phase = Phase.FINISHED;
            report(target::outputFinished);
        }
    }

    private void lose(@Nullable Exception cause) {
        phase = Phase.ENDING;
        unsent.clear();
        tickets.clear();
        TransportEvents target = events;
        if (target != null) {
            report(() -> {
                phase = Phase.OVER;
                target.connectionLost(cause);
            });
        }
    }

    private boolean isEnded() {
        return phase == Phase.ENDING || phase == Phase.OVER;
    }

    // ---- tasks

    private void report(Runnable event) {
        submit(() -> {
            if (phase != Phase.OVER) {
                event.run();
            }
        });
    }

    /** Drops the task if the loop has ended: the call may be the peer's, which must not fail for it. */
    @SuppressWarnings("EmptyCatch")
    private void submit(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
        }
    }

    private void checkCall(String method) {
        if (!loop.isCurrent()) {
            throw new IllegalStateException(method + "() called off the loop");
        }
        if (phase == Phase.NEW) {
            throw new IllegalStateException(method + "() called before start()");
        }
    }
}
