package dev.nettystreams.netty;

import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Transport} over an {@code InputStream}, an {@code OutputStream}, or both, whose calls block: a child
 * process's pipes, named pipes, standard input and output, any pair of streams.
 *
 * <pre>
 *   in:   stream.read  [thread of the input]  --a block, by a task--> BlockingInput --> events.dataReceived, turnEnded
 *   out:  write, flush --> BlockingOutput --a piece--> stream.write, flush  [thread of the output]
 *                                         &lt;--done, by a task--           --> events.flushed, writable
 *   end:  OPEN --finish--> FINISHING --all written, stream closed--> FINISHED --close--> CLOSING --a task--> OVER
 *           \___abort; a failure of the input; a failure of the output behind the input's end___/
 *         OPEN --both halves have ended--> CLOSING               OPEN --detach--> OVER
 * </pre>
 *
 * <b>Who touches what.</b> All state of this class and of its two halves is confined to the connection's loop. The
 * threads ({@link DirectionThread}) call the streams and nothing else: each gets its next call from the loop and gives
 * back the outcome by a task. A block or a piece of bytes therefore has one owner at any time, the thread during the
 * call and the loop otherwise, and no lock guards it.
 *
 * <p><b>Threads.</b> At most one for each direction, started by its first call: for the input, when the streams start,
 * which read ahead; for the output, at the first flush. It ends when the direction ends and its call has returned. The
 * JDK ends a blocked call for few kinds of stream ({@code close} for channels and sockets, an interrupt for
 * {@code PipedInputStream}); the others hold their daemon thread, with at most one block of 64 KiB, until the call
 * returns by itself. {@link NettyStreams#blockingThreadCount} counts them.
 *
 * <p><b>Cancelling</b> a read means nothing here: the call under way goes on, and its block goes to the next read.
 *
 * <p><b>Ends.</b> The input's end is the end of the stream. Closing the {@code OutputStream} is this side's, so
 * {@link #canWriteEof} is true unless the stream must stay open. There is no reset: {@code abort} closes, and the other
 * side reads EOF. A connection without an output says so to its writers ({@link #outputRefusal}); one without an input
 * is at EOF.
 *
 * <p>Confined to the connection's loop, except for {@link #loop}, {@link #canWriteEof}, {@link #pendingByteCount},
 * {@link #outputRefusal} and {@link #extraInfo}.
 */
final class BlockingTransport implements Transport {
    private enum Phase {
        OPEN,
        FINISHING,
        FINISHED,
        CLOSING,
        OVER
    }

    private final Loop loop;
    private final String name;
    private final @Nullable BlockingInput input;
    private final @Nullable BlockingOutput output;
    private Phase phase = Phase.OPEN;
    private @Nullable TransportEvents events;
    private @Nullable Throwable failure;

    /** @param name of the stream, for messages and {@code extraInfo("pipe")} */
    BlockingTransport(Loop loop, String name, @Nullable BlockingInput input, @Nullable BlockingOutput output) {
        this.loop = loop;
        this.name = name;
        this.input = input;
        this.output = output;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        this.events = events;
        if (output != null) {
            output.setMarks(highMarkBytes, lowMarkBytes);
            output.start(events, this::outputEnded, this::outputFailed);
        }
        if (input != null) {
            input.start(events, this::inputEnded, this::inputFailed);
        } else {
            later(this::inputEnded);
        }
    }

    // ---- input

    @Override
    public void pauseReading() {
        if (input != null) {
            input.pause();
        }
    }

    @Override
    public void resumeReading() {
        if (input != null && phase != Phase.OVER) {
            input.resume();
        }
    }

    private boolean hasInputEnded() {
        return input == null || input.hasEnded();
    }

    private void inputEnded() {
        TransportEvents target = events;
        if (target == null || isEnding()) {
            return;
        }
        target.eofReceived();
        if (output != null && output.hasFailed()) {
            lose(failure);
        } else {
            endIfBothHave();
        }
    }

    /** A failure of the input during {@code close} ends it: nobody reads any more. */
    private void inputFailed(Throwable cause) {
        if (phase == Phase.OPEN) {
            lose(cause);
        } else {
            inputEnded();
        }
    }

    // ---- output

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        if (output != null && phase == Phase.OPEN) {
            output.write(source, offset, byteCount);
        }
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        if (output != null && phase == Phase.OPEN) {
            output.writeOwned(source);
        }
    }

    @Override
    public void write(Chunk source) {
        byte[] copy = new byte[source.remaining()];
        source.take(copy, 0, copy.length);
        writeOwned(ByteBuffer.wrap(copy));
    }

    @Override
    public void flush() {
        if (output != null) {
            output.flush();
        }
    }

    @Override
    public void notifyFlushed(long ticket) {
        if (output != null) {
            output.notifyFlushed(ticket);
        } else {
            later(() -> {
                if (events != null) {
                    events.flushed(ticket);
                }
            });
        }
    }

    @Override
    public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {
        if (output != null) {
            output.setMarks(highMarkBytes, lowMarkBytes);
        }
    }

    @Override
    public boolean isWritable() {
        return output == null || output.isWritable();
    }

    @Override
    public long pendingByteCount() {
        return output == null ? 0 : output.pendingByteCount();
    }

    @Override
    public boolean canWriteEof() {
        return output != null && output.canEnd();
    }

    @Override
    public @Nullable String outputRefusal() {
        return output == null ? name + " is not open for writing" : null;
    }

    @Override
    public void writeEof() {
        if (output != null && phase == Phase.OPEN) {
            output.end();
        }
    }

    private void outputEnded() {
        if (phase == Phase.FINISHING) {
            finished();
        } else {
            endIfBothHave();
        }
    }

    private void finished() {
        if (phase == Phase.FINISHING && events != null) {
            phase = Phase.FINISHED;
            events.outputFinished();
        }
    }

    private void outputFailed(Throwable cause) {
        failure = cause;
        boolean isOver = phase != Phase.OPEN || hasInputEnded();
        if (phase == Phase.OPEN && events != null) {
            events.outputFailed(cause);
        }
        if (isOver) {
            lose(cause);
        }
    }

    // ---- TLS needs a channel: startTls fails when it asks for one, and the streams abort

    @Override
    public void beginTls() {}

    @Override
    public void endOutputBy(OutputEnd end) {
        throw new UnsupportedOperationException("a blocking stream has no layers");
    }

    // ---- the end

    @Override
    public boolean finish() {
        if (phase != Phase.OPEN) {
            return false;
        }
        phase = Phase.FINISHING;
        if (output == null || output.hasEnded()) {
            later(this::finished);
        } else if (output.hasFailed()) {
            lose(failure); // there is nothing left to send, and no end
        } else {
            output.end();
        }
        return output != null && output.canEnd() && !hasInputEnded();
    }

    @Override
    public void close() {
        lose(null);
    }

    @Override
    public void abort() {
        lose(null);
    }

    /** The streams stay open. A block that the input's thread is reading now is lost to their next owner. */
    @Override
    public void detach() {
        phase = Phase.OVER;
        events = null;
        if (input != null) {
            input.detach();
        }
        if (output != null) {
            output.detach();
        }
    }

    private void endIfBothHave() {
        if (phase == Phase.OPEN && hasInputEnded() && (output == null || output.hasEnded())) {
            lose(null);
        }
    }

    private boolean isEnding() {
        return phase == Phase.CLOSING || phase == Phase.OVER;
    }

    private void lose(@Nullable Throwable cause) {
        if (isEnding()) {
            return;
        }
        phase = Phase.CLOSING;
        failure = cause;
        releaseStreams();
        later(this::reportLoss);
    }

    /** The loop has ended, or will in a moment. Called in its place, and not from inside a call of the streams. */
    void loopEnded() {
        if (!isEnding()) {
            failure = new IOException("the event loop has ended");
            releaseStreams();
        }
        reportLoss();
    }

    private void releaseStreams() {
        if (input != null) {
            input.close();
        }
        if (output != null) {
            output.abort();
        }
    }

    private void reportLoss() {
        TransportEvents target = events;
        phase = Phase.OVER;
        events = null;
        if (target != null) {
            target.connectionLost(failure);
        }
    }

    private void later(Runnable task) {
        DirectionThread.post(loop, task);
    }

    @Override
    public @Nullable Object extraInfo(String fact) {
        return fact.equals("pipe") ? name : null;
    }

    /** The name, for messages of those who need another transport. */
    @Override
    public String toString() {
        return name;
    }
}
