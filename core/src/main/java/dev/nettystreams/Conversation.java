package dev.nettystreams;

import dev.nettystreams.spi.CancelForwarding;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.StageFailures;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One run of a handler over a connection: starts the handler on the loop, and then closes the connection and reports a
 * failure, however the handler ends: by returning, by throwing, or through its stage. A cancelled handler has not
 * failed: its connection is closed without a report, as in asyncio. If the handler ends well and bytes that it wrote
 * are lost afterwards, that loss is reported, because no one else waits for it.
 */
final class Conversation {
    private final StreamConnection connection;
    private final FailureReporter reporter;
    private final CancelForwarding handlerCancellation = new CancelForwarding();

    /** Cancelling this future asks the handler to end; it completes when the handler has ended. */
    private final CompletableFuture<Void> over = new StreamFuture<>() {
        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            handlerCancellation.cancel(mayInterruptIfRunning);
            return false;
        }

        @Override
        @Nullable
        Loop clock() {
            Loop loop = connection.core().loop;
            return loop.hasOwnClock() ? loop : null;
        }
    };

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
            started.whenComplete((never, rejected) -> over()); // the loop has ended, and the connection with it
            core.access.submit(() -> start(handler), started);
        }
        return over;
    }

    private void start(ConnectionHandler handler) {
        try {
            CompletionStage<?> done = handlerCancellation.to(handler.start(connection));
            done.whenComplete((any, failure) -> end(failure));
        } catch (Throwable e) { // any exception of the handler ends its connection
            end(e);
        }
    }

    private void end(@Nullable Throwable failure) {
        Throwable reason = failure == null ? null : StageFailures.unwrapped(failure);
        if (reason != null && !(reason instanceof CancellationException)) {
            report(reason);
        }
        boolean wasBroken = connection.core().lifecycle.state().isBroken();
        connection.close();
        connection.waitClosed().whenComplete((done, lost) -> {
            if (reason == null && lost instanceof StreamBrokenException) {
                reportLoss(lost, wasBroken);
            }
            over();
        });
    }

    /** Reports bytes that were lost after the handler ended well. If the peer was gone before, nothing was lost. */
    private void reportLoss(Throwable lost, boolean wasBroken) {
        if (!wasBroken || connection.core().ending.hasLostWrites()) {
            report(lost);
        }
    }

    private void report(Throwable failure) {
        tell(() -> connection.core().probe.handlerFailed(failure));
        tell(() -> reporter.report(connection, failure));
    }

    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (Throwable lost) {
            // No one is left to tell, and the exception must not reach the loop.
        }
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private void over() {
        over.complete(null);
    }
}
