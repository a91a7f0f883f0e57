package dev.nettystreams.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * What became of each write of a channel, told by the write's own promise. "Everything was sent" is the success of
 * every write before; nothing that comes behind them stands for them, since a layer between here and the wire (TLS, a
 * codec) may lose a write and pass what follows.
 *
 * <pre>
 *   newPromise: issuedCount++ --success--> succeededCount++ --> the waiters for that count are let go
 *                             \--failure--> lost: nobody is let go any more
 * </pre>
 *
 * Where the streams are the first in the pipeline, all writes share one promise, for nothing. A handler before them may
 * forget to complete a promise that is void, so there each write has one of its own.
 *
 * <p>On the channel's event loop.
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
     * @param context of the streams' handler
     * @param lost told of the first loss, from wherever it happens: inside a write or a flush, too
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

    /** For the next write. */
    ChannelPromise newPromise() {
        issuedCount++;
        return isFirst() ? shared : shared.unvoid();
    }

    /** Whether nothing is between the streams and the wire. */
    boolean isFirst() {
        return context.equals(context.pipeline().firstContext());
    }

    boolean isLost() {
        return isLost;
    }

    /** Acts when all that was written is sent, at once if it is; never if any of it is lost. */
    void whenSent(Runnable action) {
        if (isLost) {
            return;
        }
        if (succeededCount == issuedCount) {
            action.run();
        } else {
            waiters.add(new Waiter(issuedCount, action));
        }
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
