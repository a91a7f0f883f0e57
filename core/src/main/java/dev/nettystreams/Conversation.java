package dev.nettystreams;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One run of a handler over a connection: started on the loop, and closed and reported whatever it does: returns,
 * throws, or completes its stage either way. A handler that was cancelled has not failed: its connection is closed, and
 * nobody is told, as in asyncio. If the handler ends well and bytes that it wrote are lost then, that is reported:
 * nobody else waits for them.
 */
final class Conversation {
    private final StreamConnection connection;
    private final FailureReporter reporter;
    private final Over over = new Over();

    /** What the handler has given, null before. */
    private volatile @Nullable CompletableFuture<?> running;

    private volatile boolean isCalledOff;

    /** Cancelled, it asks the handler to end, and completes when that has. */
    private final class Over extends StreamFuture<Void> {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            isCalledOff = true;
            CompletableFuture<?> handler = running;
            if (handler != null) {
                handler.cancel(mayInterruptIfRunning);
            }
            return false;
        }
    }

    Conversation(StreamConnection connection, FailureReporter reporter) {
        this.connection = connection;
        this.reporter = reporter;
    }

    CompletableFuture<Void> run(ConnectionHandler handler) {
        StreamCore core = connection.core();
        if (core.loop.isCurrent()) {
            start(handler);
        } else {
            CompletableFuture<Void> started = new CompletableFuture<>();
            CompletionStage<Void> rejected =
                    started; // nothing else completes it: the loop has ended, and the connection with it
            rejected.whenComplete((never, lost) -> over());
            core.access.submit(() -> start(handler), started);
        }
        return over;
    }

    private void start(ConnectionHandler handler) {
        try {
            CompletionStage<?> done = handler.start(connection);
            running = done.toCompletableFuture();
            if (isCalledOff) {
                over.cancel(true);
            }
            done.whenComplete((any, failure) -> end(failure));
        } catch (Throwable e) { // whatever the program throws ends its connection
            end(e);
        }
    }

    private void end(@Nullable Throwable failure) {
        Throwable reason = failure == null ? null : Repeat.unwrapped(failure);
        if (reason != null && !(reason instanceof CancellationException)) {
            report(reason);
        }
        boolean wasBroken = connection.core().lifecycle.state().isBroken();
        connection.close();
        CompletionStage<Void> closed = connection.waitClosed();
        closed.whenComplete((done, lost) -> {
            if (reason == null && lost instanceof StreamBrokenException) {
                reportLoss(lost, wasBroken);
            }
            over();
        });
    }

    /** The handler has ended well, and what it wrote did not arrive. That the peer was gone before is no loss. */
    private void reportLoss(Throwable lost, boolean wasBroken) {
        if (!wasBroken || connection.core().ending.hasLostWrites()) {
            report(lost);
        }
    }

    private void report(Throwable failure) {
        try {
            reporter.report(connection, failure);
        } catch (Throwable lost) {
            // There is nobody left to tell, and it must not reach the loop.
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private void over() {
        over.complete(null);
    }
}
