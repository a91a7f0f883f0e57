package dev.nettystreams.carrier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.carrier.InterruptScope.End;
import dev.nettystreams.carrier.Interrupts.Sender;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryStreams;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each interrupt is known by its reason, and the flag stays for as long as one is left. */
@Timeout(30)
class InterruptsTest {
    private Interrupts own;

    @BeforeEach
    void adopt() {
        own = new Interrupts();
        own.bind(Thread.currentThread());
        own.adoptCaller();
    }

    @AfterEach
    void leaveNothing() {
        new Interrupts().adoptCaller();
        assertThat(Thread.interrupted()).as("an interrupt is left behind").isFalse();
    }

    @Test
    void sendBeforeTheStart_interruptsAtTheStart() {
        Interrupts early = new Interrupts();
        early.send(Sender.CANCELLED);
        early.send(Sender.SETTLED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        early.bind(Thread.currentThread());
        assertThat(Thread.interrupted()).isTrue();
        early.send(Sender.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void scope_thatEndsInTime_isNeverInterrupted() {
        InterruptScope scope = own.beginScope(0);
        assertThat(scope.close()).isEqualTo(End.IN_TIME);
        assertThat(scope.interrupt()).isFalse();
        assertThat(own.hasReason()).isFalse();
    }

    @Test
    void scope_takesBackAnInterruptThatMetNobody_once() {
        InterruptScope scope = own.beginScope(0);
        assertThat(scope.interrupt()).isTrue();
        assertThat(scope.interrupt()).as("a second interrupt").isFalse();
        assertThat(scope.close()).isEqualTo(End.EXPIRED);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        Thread.currentThread().interrupt();
        assertThat(scope.close()).isEqualTo(End.EXPIRED);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void scope_leavesWhatCameBefore_fromAStranger() {
        Thread.currentThread().interrupt();
        InterruptScope scope = own.beginScope(0);
        scope.interrupt();
        assertThat(scope.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(own.hasReason())
                .as("the stranger is no matter of the outer scope")
                .isFalse();
    }

    @Test
    void strangerOfTheOuterScope_outlivesTheInner() {
        Thread.currentThread().interrupt();
        InterruptScope outer = own.beginScope(0);
        outer.interrupt();
        assertThat(own.beginScope(0).close()).isEqualTo(End.IN_TIME);
        assertThat(outer.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void scope_leavesACancellation_andTellsTheOuterScope() {
        InterruptScope outer = own.beginScope(0);
        InterruptScope inner = own.beginScope(0);
        own.send(Sender.CANCELLED);
        inner.interrupt();
        assertThat(inner.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
        assertThat(Thread.interrupted()).isTrue();
        outer.interrupt();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(outer.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
    }

    @Test
    void cancellationBeforeTheScope_isNoReasonInIt() {
        own.send(Sender.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
        InterruptScope scope = own.beginScope(0);
        scope.interrupt();
        assertThat(scope.close()).isEqualTo(End.EXPIRED);
        assertThat(own.hasReason()).as("it is one behind it").isTrue();
    }

    /** A sender adds its reason to the outer scope's, and is put aside before it sets the flag. */
    @Test
    void scope_beginsWhenAnInterruptThatIsUnderWayHasSetTheFlag() throws Exception {
        Interrupts interrupts = new Interrupts();
        CompletableFuture<Boolean> wasSetAtBegin = new CompletableFuture<>();
        CountDownLatch isBetween = new CountDownLatch(1);
        Thread thread = new Thread() {
            @Override
            public void run() {
                interrupts.adoptCaller();
                try {
                    isBetween.await();
                } catch (InterruptedException e) {
                    wasSetAtBegin.completeExceptionally(e);
                }
                interrupts.beginScope(0);
                wasSetAtBegin.complete(Thread.interrupted());
            }

            @Override
            public void interrupt() {
                isBetween.countDown();
                while (!wasSetAtBegin.isDone() && !isBeginningAScope(this)) {
                    Thread.onSpinWait();
                }
                super.interrupt();
            }
        };
        interrupts.bind(thread);
        thread.start();
        interrupts.send(Sender.CANCELLED);
        assertThat(wasSetAtBegin.get(20, TimeUnit.SECONDS)).isTrue();
    }

    private static boolean isBeginningAScope(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("beginScope"));
    }

    /** The thread sees the cancellation, and the deadline passes before the steps have ended. */
    @Test
    void cancellationBeforeTheScope_thatIsSeenInIt_isAReasonInIt() {
        own.send(Sender.CANCELLED);
        InterruptScope scope = own.beginScope(0);
        assertThat(Thread.interrupted()).isTrue();
        scope.interrupt();
        assertThat(scope.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void scopes_bothExpired_areTakenBackOneByOne() {
        InterruptScope outer = own.beginScope(0);
        InterruptScope inner = own.beginScope(0);
        inner.interrupt();
        outer.interrupt();
        assertThat(inner.close()).isEqualTo(End.EXPIRED_AMONG_OTHERS);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(outer.close()).isEqualTo(End.EXPIRED);
    }

    @Test
    void owedInterrupt_comesBehindTheOneBefore() throws Exception {
        own.send(Sender.SETTLED);
        own.sendBehindEarlier();
        assertThat(own.sendOwed()).as("the first one has not been seen").isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThatThrownBy(own::beginWait).isInstanceOf(InterruptedException.class);
        assertThat(own.sendOwed()).isFalse();
        own.endWait(own.beginWait(), false);
    }

    @Test
    void overdueScopes_ofACarriedThread_areInterruptedByTheWatch() throws Exception {
        int countBefore = Interrupts.carriedInScopesCount();
        onTheLoop(() -> {
            Thread caller = Thread.currentThread();
            Await.withTimeout(Duration.ofHours(1), () -> {
                assertThat(Interrupts.interruptOverdue(caller)).isFalse();
                InterruptScope overdue = Interrupts.ofCallerOrNew().beginScope(0);
                assertThat(Interrupts.interruptOverdue(caller)).isTrue();
                assertThat(overdue.close()).isEqualTo(End.EXPIRED);
                assertThat(Interrupts.carriedInScopesCount()).isEqualTo(countBefore + 1);
                return null;
            });
            assertThat(Interrupts.interruptOverdue(caller)).isFalse();
            return null;
        });
        assertThat(Interrupts.carriedInScopesCount()).isEqualTo(countBefore);
    }

    /** The awaited result comes just when the await is to fail. */
    @Test
    void pinnedWaitThatIsOver_leavesNoInterruptBehind() throws Exception {
        String result = onTheLoop(() -> {
            String awaited = Await.await(interruptedInGet(() -> "just in time"));
            return Thread.currentThread().isInterrupted() ? "interrupted" : awaited;
        });
        assertThat(result).isEqualTo("just in time");
    }

    /** A future that awaits in its own get. */
    @Test
    void waitInsideAWait_isTheOuterOnes() throws Exception {
        Throwable failure = onTheLoop(() -> {
            CompletableFuture<String> outer = new CompletableFuture<>() {
                @Override
                public String get() throws InterruptedException {
                    try {
                        return Await.await(interruptedInGet(() -> {
                            assertThat(Thread.interrupted()).isTrue();
                            throw new InterruptedException();
                        }));
                    } catch (IOException | TimeoutException e) {
                        throw new AssertionError(e);
                    }
                }
            };
            try {
                return new AssertionError(Await.await(outer));
            } catch (IllegalStateException e) {
                return Interrupts.ofCallerOrNew().hasReason() ? new AssertionError("a reason is left") : e;
            }
        });
        assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("held up its event loop");
    }

    /** The wait behind it is interrupted for another reason. */
    @Test
    void pinnedWaitThatIsOver_isNoReasonOfTheNext() throws Exception {
        Throwable failure = onTheLoop(() -> {
            Await.await(interruptedInGet(() -> "just in time"));
            Thread.currentThread().interrupt();
            try {
                return new AssertionError(Await.await(new CompletableFuture<String>()));
            } catch (InterruptedException e) {
                return e;
            }
        });
        assertThat(failure).isInstanceOf(InterruptedException.class);
    }

    /** The watch interrupts the wait from inside of it. */
    private static CompletableFuture<String> interruptedInGet(Callable<String> outcome) {
        return new CompletableFuture<>() {
            @Override
            public String get() throws InterruptedException, ExecutionException {
                Interrupts waiter = Interrupts.ofCallerOrNew();
                assertThat(waiter.interruptPinned(waiter.observeWait())).isTrue();
                assertThat(waiter.interruptPinned(waiter.observeWait()))
                        .as("a second interrupt")
                        .isFalse();
                try {
                    complete(outcome.call());
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
                return super.join();
            }
        };
    }

    @Test
    void watchThatIsLate_interruptsNoLaterWait() throws Exception {
        onTheLoop(() -> {
            Interrupts waiter = Interrupts.ofCallerOrNew();
            int first = waiter.beginWait();
            waiter.endWait(first, false);
            int second = waiter.beginWait();
            assertThat(waiter.interruptPinned(first)).isFalse();
            waiter.endWait(second, false);
            assertThat(waiter.interruptPinned(second)).isFalse();
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            return null;
        });
    }

    private static <T> T onTheLoop(Callable<T> code) throws Exception {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        try (BackgroundLoop loop = new BackgroundLoop()) {
            return Await.onEventLoop(MemoryStreams.pair(loop).near(), code).get(20, TimeUnit.SECONDS);
        }
    }
}
