package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.testing.ManualLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A loop of callbacks: where it runs, when it yields, how it ends. */
class RepeatTest {
    /** An event loop that distinguishes the next task from the next turn, and may drop accepted tasks. */
    private static final class TurnsApart implements Loop {
        final ManualLoop tasks = new ManualLoop();
        final ArrayDeque<Runnable> nextTurn = new ArrayDeque<>();
        final List<Runnable> atEnd = new ArrayList<>();
        boolean isEnding;

        @Override
        public boolean isCurrent() {
            return tasks.isCurrent();
        }

        @Override
        public void execute(Runnable task) {
            if (!isEnding) {
                tasks.execute(task);
            }
        }

        @Override
        public void executeNextTurn(Runnable task) {
            if (!isEnding) {
                nextTurn.add(task);
            }
        }

        @Override
        public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
            return tasks.schedule(task, delayNanos, ifDropped);
        }

        @Override
        public boolean isEnding() {
            return isEnding;
        }

        @Override
        public void afterEnd(Runnable action) {
            atEnd.add(action);
        }
    }

    private final TurnsApart loop = new TurnsApart();
    private int steps;

    private CompletableFuture<Void> repeat(Supplier<CompletableFuture<Boolean>> step) {
        return new Repeat(loop, () -> {
                    steps++;
                    return step.get();
                })
                .begin();
    }

    private static CompletableFuture<Boolean> more(boolean isMore) {
        return CompletableFuture.completedFuture(isMore);
    }

    @Test
    void firstStep_isNotTakenInsideTheCall() throws Exception {
        CompletableFuture<Void> over = loop.tasks.call(() -> repeat(() -> more(false)));
        assertThat(steps).isZero();
        loop.tasks.runReady();
        assertThat(steps).isEqualTo(1);
        Outcomes.value(over);
    }

    @Test
    void stepsThatAreCompleteAtOnce_giveTheLoopItsTurn() {
        CompletableFuture<Void> over = repeat(() -> more(steps < 600));
        loop.tasks.runReady();
        assertThat(steps).isEqualTo(Turns.STEPS_PER_TURN);
        assertThat(loop.tasks.readyCount()).isZero();
        loop.tasks.run(loop.nextTurn.remove());
        assertThat(steps).isEqualTo(2 * Turns.STEPS_PER_TURN);
        loop.tasks.run(loop.nextTurn.remove());
        assertThat(steps).isEqualTo(600);
        assertThat(loop.nextTurn).isEmpty();
        Outcomes.value(over);
    }

    @Test
    void stepThatAnotherThreadCompletes_isFollowedByOneOnTheLoop() throws Exception {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        List<Boolean> wasOnTheLoop = new ArrayList<>();
        CompletableFuture<Void> over = repeat(() -> {
            wasOnTheLoop.add(loop.isCurrent());
            return steps == 1 ? first : more(false);
        });
        loop.tasks.runReady();
        CompletableFuture.runAsync(() -> first.complete(true)).get(20, TimeUnit.SECONDS);
        assertThat(steps).isEqualTo(1);
        loop.tasks.runReady();
        assertThat(wasOnTheLoop).containsExactly(true, true);
        Outcomes.value(over);
    }

    @Test
    void stepThatTheLoopCompletes_isFollowedByTheNextAtOnce() {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        CompletableFuture<Void> over = repeat(() -> steps == 1 ? first : more(false));
        loop.tasks.runReady();
        loop.tasks.run(() -> first.complete(true));
        assertThat(steps).isEqualTo(2);
        Outcomes.value(over);
    }

    @Test
    void cancelled_itTakesNoFurtherStep() {
        List<CompletableFuture<Boolean>> pending = new ArrayList<>();
        CompletableFuture<Void> over = repeat(() -> {
            pending.add(new CompletableFuture<>());
            return pending.get(pending.size() - 1);
        });
        loop.tasks.runReady();
        assertThat(over.cancel(false)).isTrue();
        loop.tasks.run(() -> pending.get(0).complete(true));
        loop.tasks.runReady();
        assertThat(steps).isEqualTo(1);
    }

    @Test
    void cancelledByItsOwnStep_itTakesNoFurtherStep() {
        List<CompletableFuture<Void>> over = new ArrayList<>();
        over.add(repeat(() -> {
            over.get(0).cancel(false);
            return more(steps < 1000);
        }));
        loop.tasks.runReady();
        assertThat(steps).isEqualTo(1);
    }

    /** A dependent stage wraps a failure; the future of the loop fails with the failure itself. */
    @Test
    void failureOfAStep_isTheLoops_unwrapped() {
        IllegalStateException bug = new IllegalStateException("a bug");
        CompletableFuture<Boolean> pending = new CompletableFuture<>();
        List<Supplier<CompletableFuture<Boolean>>> failing = List.of(
                () -> pending.thenApply(more -> more), // first, while it is pending
                () -> CompletableFuture.<Boolean>failedFuture(bug).thenApply(more -> more),
                () -> {
                    throw bug;
                });
        for (Supplier<CompletableFuture<Boolean>> step : failing) {
            CompletableFuture<Void> over = repeat(step);
            loop.tasks.runReady();
            loop.tasks.run(() -> pending.completeExceptionally(bug));
            assertThat(over.handle((done, failure) -> failure).join()).isSameAs(bug);
        }
    }

    @Test
    void loopThatDropsTheNextStep_failsIt() {
        loop.isEnding = true;
        CompletableFuture<Void> over = repeat(() -> more(false));
        assertThat(over).isNotDone();
        loop.atEnd.forEach(Runnable::run);
        Outcomes.failure(StreamBrokenException.class, over);
    }

    @Test
    void loopThatHasEnded_failsIt() {
        loop.tasks.shutDown();
        Outcomes.failure(StreamBrokenException.class, repeat(() -> more(false)));
    }
}
