package dev.nettystreams.netty;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.TransportEvents;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The input half of a {@link BlockingTransport}: asks for one block at a time.
 *
 * <pre>
 *   IDLE --wanted--> READING --a block came--> DELIVERING --the streams took it--> IDLE
 *                       \--the end, a failure--> ENDED             any --close--> ENDED
 * </pre>
 *
 * The block belongs to the thread while READING, and to the loop otherwise; each hand-over is a task. A reader that
 * pauses therefore gets at most the one block of the read under way. A block that comes after {@code close} is dropped.
 *
 * <p>Confined to the connection's loop.
 */
final class BlockingInput {
    private enum State {
        IDLE,
        READING,
        DELIVERING,
        ENDED
    }

    private static final int FIRST_BLOCK_BYTES = 8192;
    private static final int MAX_BLOCK_BYTES = 65536;

    private final InputStream stream;
    private final Release release;
    private final DirectionThread thread;
    private byte[] block = {};
    private int byteCount;
    private State state = State.IDLE;
    private boolean isWanted;
    private @Nullable TransportEvents events;
    private Runnable onEnd = () -> {};
    private Consumer<? super Throwable> onFailure = failure -> {};

    /** @param name of its thread, behind the library's own prefix */
    BlockingInput(Loop loop, InputStream stream, Release release, String name) {
        this.stream = stream;
        this.release = release;
        this.thread = new DirectionThread(loop, name);
    }

    void start(TransportEvents events, Runnable onEnd, Consumer<? super Throwable> onFailure) {
        this.events = events;
        this.onEnd = onEnd;
        this.onFailure = onFailure;
        resume();
    }

    void pause() {
        isWanted = false;
    }

    void resume() {
        isWanted = true;
        if (state == State.IDLE) {
            read();
        }
    }

    boolean hasEnded() {
        return state == State.ENDED;
    }

    private void read() {
        state = State.READING;
        if (byteCount == block.length && block.length < MAX_BLOCK_BYTES) {
            block = new byte[block.length == 0 ? FIRST_BLOCK_BYTES : 2 * block.length];
        }
        byte[] target = block;
        thread.call(() -> stream.read(target), this::returned, this::failed);
    }

    private void returned(int count) {
        if (state != State.READING) {
            return; // closed meanwhile
        }
        if (count > block.length) {
            failed(new IOException("an InputStream claims more bytes than it was asked for: " + count + " > "
                    + block.length + ": " + stream.getClass()));
        } else if (count > 0) {
            byteCount = count;
            deliver();
        } else if (count < 0) {
            letGo(false);
            onEnd.run();
        } else {
            failed(new IOException("an InputStream read no byte, and did not end: " + stream.getClass()));
        }
    }

    private void failed(Throwable failure) {
        if (state == State.READING) {
            letGo(false);
            onFailure.accept(failure);
        }
    }

    private void deliver() {
        state = State.DELIVERING;
        TransportEvents target = Objects.requireNonNull(events);
        target.dataReceived(new BlockChunk(block, byteCount));
        if (state == State.DELIVERING) {
            target.turnEnded();
        }
        if (state == State.DELIVERING) {
            state = State.IDLE;
            if (isWanted) {
                read();
            }
        }
    }

    /** Ends this half, and releases the stream. */
    void close() {
        if (state != State.ENDED) {
            letGo(state == State.READING);
        }
    }

    /** Stops, and leaves the stream to its next owner. */
    void detach() {
        state = State.ENDED;
        thread.end();
    }

    private void letGo(boolean isReading) {
        state = State.ENDED;
        block = Arrays.copyOf(block, 0);
        release.end(thread, stream, isReading, true);
    }
}
