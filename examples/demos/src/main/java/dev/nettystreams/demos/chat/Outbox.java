package dev.nettystreams.demos.chat;

import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamWriter;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Lines for one guest, written as fast as the guest reads. Memory is bounded by the connection's high mark and by the
 * number of lines that may wait here.
 *
 * <pre>
 *   IDLE --offer--> SENDING (one pump writes and drains) --queue empty--> IDLE
 *                      |--the queue is over its bound, or the connection is lost--> GONE
 * </pre>
 *
 * <p>Any thread. The writer is called outside the lock.
 */
final class Outbox {
    private enum State {
        IDLE,
        SENDING,
        GONE
    }

    private final StreamWriter writer;
    private final int mostBytes;
    private final ArrayDeque<byte[]> lines = new ArrayDeque<>(); // guarded by this, like all fields below
    private int waitingBytes;
    private State state = State.IDLE;

    Outbox(StreamWriter writer, int mostBytes) {
        this.writer = writer;
        this.mostBytes = mostBytes;
    }

    /**
     * Queues a line.
     *
     * @return false if the guest is too far behind: nothing more is sent, and the caller must {@link #disconnect}
     */
    boolean offer(byte[] line) {
        Taken taken = take(line);
        if (taken == Taken.TO_PUMP) {
            pump();
        }
        return taken != Taken.TOO_MUCH;
    }

    /** Discards the queued lines; the guest's dialogue ends. */
    void disconnect() {
        end();
        writer.abort();
    }

    private enum Taken {
        TO_PUMP,
        PUMPED,
        TOO_MUCH,
        /** The guest is gone; its own dialogue tells the others why. */
        NOT_WANTED
    }

    private synchronized Taken take(byte[] line) {
        if (state == State.GONE) {
            return Taken.NOT_WANTED;
        }
        if (line.length > mostBytes - waitingBytes) {
            end();
            return Taken.TOO_MUCH;
        }
        lines.add(line);
        waitingBytes += line.length;
        State before = state;
        state = State.SENDING;
        return before == State.IDLE ? Taken.TO_PUMP : Taken.PUMPED;
    }

    private synchronized byte @Nullable [] next() {
        byte[] line = lines.poll();
        if (line == null) {
            state = state == State.SENDING ? State.IDLE : state;
        } else {
            waitingBytes -= line.length;
        }
        return line;
    }

    private synchronized void end() {
        state = State.GONE;
        lines.clear();
        waitingBytes = 0;
    }

    /** Only the thread that set SENDING pumps, and then the thread that completes the drain. */
    private void pump() {
        try {
            for (byte[] line; (line = next()) != null; ) {
                writer.write(line);
                CompletableFuture<Void> drained = writer.drain();
                if (!drained.isDone() || drained.isCompletedExceptionally()) {
                    drained.whenComplete((done, failure) -> {
                        if (failure == null) {
                            pump();
                        } else {
                            end();
                        }
                    });
                    return;
                }
            }
        } catch (StreamClosedException e) {
            end(); // it is leaving; its own dialogue tells the others
        }
    }
}
