package dev.nettystreams.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The outcome of each write of a channel, from the write's own promise. "Everything was sent" means that every write
 * before has succeeded. No later write can stand for them, because a layer between here and the wire (TLS, a codec) may
 * lose one write and pass the next.
 *
 * <pre>
 *   newPromise: issuedCount++ --success--> succeededCount++ --> the waiters for that count run
 *                             \--failure--> lost: no waiter runs any more
 * </pre>
 *
 * If the streams are the first in the pipeline, all writes share one promise, which costs no allocation. A handler
 * before them may fail to complete a void promise, so there each write has a promise of its own.
 *
 * <p>Confined to the channel's event loop.
 */
final class WriteOutcomes {
    private record Waiter(long mark, Runnable action) {}

    private final ChannelHandlerContext context;
    private final Consumer<Throwable> lost;
    private final SharedPromise shared;
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>(0);
    private long issuedCount;
    private long succeededCount;
    private boolean isLost;

    /**
     * @param context the context of the streams' handler
     * @param lost called with the first loss, possibly from inside a write or a flush
     */
    WriteOutcomes(ChannelHandlerContext context, Consumer<Throwable> lost) {
        this.context = context;
        this.lost = lost;
        this.shared = new SharedPromise(context.channel()) {
            @Override
            void succeeded() {
                writeSucceeded();
            }

            @Override
            void failed(Throwable cause) {
                writeFailed(cause);
            }
        };
    }

    /** Returns the promise for the next write. */
    ChannelPromise newPromise() {
        issuedCount++;
        return isFirst() ? shared : shared.unvoid();
    }

    /**
     * Returns the promise for a piece of a file.
     *
     * @param whenDone called when the piece has been sent or lost
     */
    ChannelPromise newPromise(FilePiece piece, Runnable whenDone) {
        issuedCount++;
        ChannelPromise promise = new DefaultChannelPromise(context.channel());
        promise.addListener(write -> {
            whenDone.run();
            if (write.isSuccess()) {
                writeSucceeded();
            } else {
                writeFailed(piece.explained(write.cause()));
            }
        });
        return promise;
    }

    /** Returns whether no handler is between the streams and the wire. */
    boolean isFirst() {
        return context.equals(context.pipeline().firstContext());
    }

    boolean isLost() {
        return isLost;
    }

    /** Runs an action when all bytes written so far have been sent, at once if they have; never if any are lost. */
    void whenSent(Runnable action) {
        if (isLost) {
            return;
        }
        if (hasSentAll()) {
            action.run();
        } else {
            waiters.add(new Waiter(issuedCount, action));
        }
    }

    /** Whether every write has succeeded. */
    boolean hasSentAll() {
        return !isLost && succeededCount == issuedCount;
    }

    /** Returns a number that changes whenever a write succeeds. */
    long succeededCount() {
        return succeededCount;
    }

    private void writeSucceeded() {
        succeededCount++;
        for (Waiter first; !isLost && (first = waiters.peek()) != null && first.mark <= succeededCount; ) {
            waiters.remove();
            first.action.run();
        }
    }

    private void writeFailed(Throwable cause) {
        if (!isLost) {
            isLost = true;
            waiters.clear();
            lost.accept(cause);
        }
    }
}
