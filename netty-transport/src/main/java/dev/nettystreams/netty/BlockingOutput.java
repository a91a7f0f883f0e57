package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.TransportEvents;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The output half of a {@link BlockingTransport}: passes on one piece at a time, 64 KiB at most.
 *
 * <pre>
 *   IDLE --flush, with bytes--> WRITING --written--> IDLE
 *     \--end, all written--> CLOSING --closed--> ENDED
 *   WRITING, CLOSING --the stream threw--> FAILED           any --abort--> ENDED
 * </pre>
 *
 * The stream is flushed when nothing more is to be sent, and when somebody waits for the piece just written. A piece
 * belongs to the thread while WRITING, and is counted as unsent until its call has returned; what {@code flush} and
 * {@code drain} wait for is the call.
 *
 * <p>Confined to the connection's loop, except for {@link #pendingByteCount}, {@link #isWritable} and
 * {@link #canEnd}.
 */
final class BlockingOutput {
    private enum State {
        IDLE,
        WRITING,
        CLOSING,
        ENDED,
        FAILED
    }

    private record FlushTicket(long mark, long ticket) {}

    private final OutputStream stream;
    private final Release release;
    private final DirectionThread thread;
    private final OutgoingBytes unsent = new OutgoingBytes();
    private final ArrayDeque<FlushTicket> tickets = new ArrayDeque<>();
    private State state = State.IDLE;
    private boolean endsWhenSent;
    private volatile long writtenByteCount; // written on the loop, like the three below
    private volatile long sentByteCount;
    private volatile boolean isWritable = true;
    private volatile int highMarkBytes;
    private long flushMark;
    private int lowMarkBytes;
    private @Nullable TransportEvents events;
    private Runnable onEnd = () -> {};
    private Consumer<? super Throwable> onFailure = failure -> {};

    /** @param name of its thread, behind the library's own prefix */
    BlockingOutput(Loop loop, OutputStream stream, Release release, String name) {
        this.stream = stream;
        this.release = release;
        this.thread = new DirectionThread(loop, name);
    }

    void start(TransportEvents events, Runnable onEnd, Consumer<? super Throwable> onFailure) {
        this.events = events;
        this.onEnd = onEnd;
        this.onFailure = onFailure;
    }

    void setMarks(int highBytes, int lowBytes) {
        highMarkBytes = highBytes;
        lowMarkBytes = lowBytes;
        long pending = pendingByteCount();
        isWritable = pending <= lowBytes || (isWritable && pending <= highBytes);
    }

    // ---- writing

    void write(byte[] source, int offset, int byteCount) {
        if (isOpen()) {
            unsent.append(source, offset, byteCount);
            appended(byteCount);
        }
    }

    void writeOwned(ByteBuffer source) {
        if (isOpen()) {
            int byteCount = source.remaining();
            unsent.appendOwned(source);
            appended(byteCount);
        }
    }

    private void appended(int byteCount) {
        long written = writtenByteCount + byteCount;
        writtenByteCount = written; // the loop is its only writer
        if (pendingByteCount() > highMarkBytes) {
            isWritable = false;
        }
    }

    void flush() {
        flushMark = writtenByteCount;
        sendNext();
    }

    void notifyFlushed(long ticket) {
        tickets.add(new FlushTicket(writtenByteCount, ticket));
        flush();
        if (pendingByteCount() == 0) {
            DirectionThread.post(thread.loop(), this::reportFlushed);
        }
    }

    private void sendNext() {
        if (state != State.IDLE) {
            return;
        }
        if (sentByteCount < flushMark) {
            send(unsent.take());
        } else if (endsWhenSent) {
            state = State.CLOSING;
            thread.call(this::closeOrFlush, closed -> ended(), this::failed);
        }
    }

    private void send(ByteBuffer piece) {
        state = State.WRITING;
        long mark = sentByteCount + piece.remaining();
        FlushTicket awaited = tickets.peek();
        boolean flushes = mark >= flushMark || (awaited != null && awaited.mark <= mark);
        thread.call(
                () -> {
                    stream.write(piece.array(), piece.arrayOffset(), piece.remaining());
                    if (flushes) {
                        stream.flush();
                    }
                    return mark;
                },
                this::sent,
                this::failed);
    }

    private void sent(long mark) {
        if (state != State.WRITING) {
            return; // aborted meanwhile
        }
        state = State.IDLE;
        sentByteCount = mark;
        sendNext();
        if (!isWritable && pendingByteCount() <= lowMarkBytes) {
            isWritable = true;
            Objects.requireNonNull(events).writable();
        }
        reportFlushed();
    }

    /** A ticket's piece was flushed: {@link #send} looks at the first ticket, and the others are at marks behind it. */
    private void reportFlushed() {
        while (!tickets.isEmpty() && tickets.element().mark <= sentByteCount && state != State.FAILED) {
            Objects.requireNonNull(events).flushed(tickets.remove().ticket);
        }
    }

    // ---- the end

    /** Ends the output behind everything written. */
    void end() {
        if (isOpen()) {
            endsWhenSent = true;
            flush();
        }
    }

    private boolean isOpen() {
        return !endsWhenSent && (state == State.IDLE || state == State.WRITING);
    }

    /** Whether the end of this half can be seen at the other side. Any thread. */
    boolean canEnd() {
        return release != Release.LEAVE_OPEN;
    }

    private @Nullable Void closeOrFlush() throws Exception {
        if (release == Release.LEAVE_OPEN) {
            stream.flush();
        } else {
            stream.close();
        }
        return null;
    }

    private void ended() {
        if (state == State.CLOSING) {
            state = State.ENDED;
            thread.end();
            onEnd.run();
        }
    }

    private void failed(Throwable failure) {
        if (state == State.WRITING || state == State.CLOSING) {
            state = State.FAILED;
            letGo(false);
            onFailure.accept(failure);
        }
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    boolean hasFailed() {
        return state == State.FAILED;
    }

    /** Discards unsent bytes, and releases the stream. */
    void abort() {
        if (state == State.ENDED || state == State.FAILED) {
            return;
        }
        boolean isCallUnderWay = state != State.IDLE;
        state = State.ENDED;
        letGo(isCallUnderWay);
    }

    /** Stops, with everything written, and leaves the stream to its next owner. */
    void detach() {
        state = State.ENDED;
        thread.end();
    }

    private void letGo(boolean isCallUnderWay) {
        unsent.clear();
        tickets.clear();
        sentByteCount = writtenByteCount;
        release.end(thread, stream, isCallUnderWay, false);
    }

    // ---- asked by any thread

    boolean isWritable() {
        return isWritable;
    }

    long pendingByteCount() {
        return writtenByteCount - sentByteCount;
    }
}
