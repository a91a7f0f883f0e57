package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.StageFailures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code while (await(step())) {}} for callbacks: does not grow the stack, and runs at most
 * {@value Turns#STEPS_PER_TURN} completed steps in one turn of the loop.
 *
 * <p>Runs on the loop; a step that completes on another thread returns to it.
 */
final class Repeat {
    private final Loop loop;
    private final Supplier<? extends CompletionStage<Boolean>> step;
    private final CompletableFuture<Void> finished;

    Repeat(Loop loop, Supplier<? extends CompletionStage<Boolean>> step) {
        this.loop = loop;
        this.step = step;
        this.finished = StreamFuture.of(loop);
    }

    CompletableFuture<Void> begin() {
        later(loop);
        return finished;
    }

    private void later(Executor how) {
        try {
            how.execute(this::run);
            if (loop.isEnding()) {
                loop.afterEnd(() -> finished.completeExceptionally(
                        new StreamBrokenException("the connection's event loop has shut down", null)));
            }
        } catch (RejectedExecutionException e) {
            finished.completeExceptionally(new StreamBrokenException("the connection's event loop has shut down", e));
        }
    }

    private void run() {
        for (int steps = 0; steps < Turns.STEPS_PER_TURN; steps++) {
            if (finished.isDone()) {
                return; // cancelled
            }
            CompletableFuture<Boolean> current;
            try {
                current = step.get().toCompletableFuture();
            } catch (Throwable e) { // any exception of a step is the outcome
                finished.completeExceptionally(e);
                return;
            }
            if (!current.isDone()) {
                current.whenComplete(this::resume);
                return;
            }
            if (!goesOn(current)) {
                return;
            }
        }
        later(loop::executeNextTurn);
    }

    /** A step has completed, on any thread; possibly inside {@link #run}, if it completed after the check there. */
    private void resume(@Nullable Boolean more, @Nullable Throwable failure) {
        if (failure != null) {
            finished.completeExceptionally(StageFailures.unwrapped(failure));
        } else if (Boolean.TRUE.equals(more)) {
            if (loop.isCurrent()) {
                run();
            } else {
                later(loop);
            }
        } else {
            end();
        }
    }

    private boolean goesOn(CompletableFuture<Boolean> ready) {
        try {
            if (Boolean.TRUE.equals(ready.join())) {
                return true;
            }
            end();
        } catch (Throwable e) {
            finished.completeExceptionally(StageFailures.unwrapped(e));
        }
        return false;
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private void end() {
        finished.complete(null);
    }
}
