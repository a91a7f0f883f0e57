package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Moves a reader's bytes into a writer until the input ends, then ends the output if the connection supports that.
 * Occupies the reader as a read does.
 *
 * <pre>
 *   OCCUPYING (arriving bytes are queued) --start--> FLOWING
 *
 *   FLOWING --target above its high mark--> HELD (source paused; arriving bytes are queued)
 *      ^___________ target drained ___________|        either --EOF, failure, cancel--> done
 * </pre>
 *
 * If both ends are on one loop, a chunk is passed on in the transport's own memory; otherwise it is copied once.
 * Cancelling stops the relay between two chunks: every byte is then in the reader or in the writer.
 *
 * <p>Confined to the source's loop, save {@link #occupy} and {@link #start}.
 */
final class Relay extends StreamFuture<Long> implements Occupant {
    private final String method;
    private final Input source;
    private final StreamCore target;
    private final AtomicLong movedByteCount = new AtomicLong(); // written on the loop
    private volatile boolean isStarted; // set once, by the caller's thread
    private boolean isHeld;

    /** @param method the name of the public method, for messages */
    Relay(String method, Input source, StreamCore target) {
        this.method = method;
        this.source = source;
        this.target = target;
    }

    @Override
    @Nullable
    Loop clock() {
        return source.access.loop.hasOwnClock() ? source.access.loop : null;
    }

    @Override
    public String method() {
        return method;
    }

    /**
     * Takes the reader's slot. No byte moves before {@link #start}. Any thread.
     *
     * @throws ConcurrentReadException if another operation waits
     */
    void occupy() {
        source.occupy(this);
    }

    /** Any thread. */
    void start() {
        isStarted = true;
        source.advanceSoon(this);
    }

    @Override
    public void advance(Input input) {
        if (!isStarted) {
            return;
        }
        boolean isOver = input.isOver();
        pump(input.queue(), isOver);
        if (!isOver && !isHeld && !isDone()) {
            input.aboutToWait();
        }
    }

    /**
     * Passes a chunk on in its own memory if both ends are on this loop. Otherwise, and while held, leaves it to the
     * queue, where bytes can wait until the target takes them.
     */
    @Override
    public boolean arrived(Chunk chunk, Input input) {
        if (isStarted && !isHeld && target.loop.isCurrent() && !target.lifecycle.refusesWrites()) {
            moved(chunk.remaining());
            target.output.write(chunk);
            holdWhileClogged();
        }
        return false;
    }

    private void moved(int byteCount) {
        movedByteCount.lazySet(movedByteCount.getPlain() + byteCount);
    }

    /** Returns the number of bytes moved so far. Any thread. */
    long movedByteCount() {
        return movedByteCount.get();
    }

    /** Passes on the buffered bytes, and finishes if the input has ended. */
    private void pump(ByteQueue queue, boolean inputIsOver) {
        if (isHeld) {
            return;
        }
        try {
            int byteCount = queue.size();
            if (byteCount > 0) {
                passOn(queue, queue.take(byteCount));
                moved(byteCount);
                holdWhileClogged();
            }
            if (inputIsOver && !isHeld) {
                end(null);
            }
        } catch (IllegalStateException e) { // the target is closed on this side, or in startTls
            end(e);
        }
    }

    /** Writes all bytes of the queue, or gives them back if the target refuses them. */
    private void passOn(ByteQueue emptied, byte[] all) {
        try {
            target.output.writeOwned(ByteBuffer.wrap(all));
        } catch (RuntimeException | Error e) {
            emptied.hold(Block.of(ByteBuffer.wrap(all)));
            throw e;
        }
    }

    /** @param reason why the relay ends, or null at the end of the input */
    private void end(@Nullable Throwable reason) {
        Throwable lost = source.leave(this);
        Throwable failure = reason == null ? lost : reason;
        if (failure != null) {
            completeExceptionally(failure);
            return;
        }
        try {
            if (target.canWriteEof()) {
                target.writeEof();
            }
            complete(movedByteCount());
        } catch (IllegalStateException e) {
            completeExceptionally(e);
        }
    }

    private void holdWhileClogged() {
        CompletableFuture<Void> drained = target.output.drain();
        if (drained.isDone() && !drained.isCompletedExceptionally()) {
            return;
        }
        isHeld = true;
        source.holdRelay();
        drained.whenComplete((done, failure) -> release(failure));
    }

    /** Continues on the source's loop; if that loop has ended, the relay ends too. */
    private void release(@Nullable Throwable failure) {
        if (source.access.loop.isCurrent()) {
            goOn(failure);
        } else {
            source.access.submit(() -> goOn(failure), this);
        }
    }

    private void goOn(@Nullable Throwable failure) {
        isHeld = false;
        if (failure != null) {
            end(failure);
        } else {
            source.resumeRelay();
        }
    }
}
