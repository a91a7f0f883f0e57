package dev.nettystreams.carrier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.ManualLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The looks of the watch, one by one, at a thread that waits. */
@Timeout(30)
class HeldUpLoopTest {
    private final LoopCarrier carrier = new LoopCarrier(new ManualLoop());
    private final HeldUpLoop seen = new HeldUpLoop();
    private final CompletableFuture<Boolean> wasInterrupted = new CompletableFuture<>();
    private final CompletableFuture<Void> isWaiting = new CompletableFuture<>();
    private final Thread thread = new Thread(this::park);
    private volatile boolean isOver;

    /** As the JDK's own continuation, it keeps its thread in a field of this name. */
    @SuppressWarnings("UnusedVariable") // found by reflection
    private record Continuation(Thread arg$1) implements Runnable {
        @Override
        public void run() {}
    }

    private void park() {
        Interrupts own = new Interrupts();
        own.bind(Thread.currentThread());
        own.adoptCaller();
        own.beCarriedBy(carrier);
        try {
            int wait = own.beginWait();
            isWaiting.complete(null);
            while (!isOver && !Thread.currentThread().isInterrupted()) {
                LockSupport.park(this);
            }
            wasInterrupted.complete(Thread.currentThread().isInterrupted());
            own.endWait(wait, false);
        } catch (InterruptedException e) {
            wasInterrupted.completeExceptionally(e);
        }
    }

    @BeforeEach
    void startWaiting() throws Exception {
        thread.start();
        isWaiting.get(20, TimeUnit.SECONDS);
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        carrier.probe().runBegins(new Continuation(thread));
    }

    @AfterEach
    void end() {
        isOver = true;
        LockSupport.unpark(thread);
    }

    @Test
    void threadThatHasJustParked_behindALongRun_isNotInterrupted() throws Exception {
        seen.look(carrier.probe());
        seen.look(carrier.probe());
        carrier.probe().runEnds();
        seen.look(carrier.probe());
        end();
        assertThat(wasInterrupted.get(20, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void threadThatIsParkedAtTwoLooks_isInterrupted() throws Exception {
        seen.look(carrier.probe());
        seen.look(carrier.probe());
        seen.look(carrier.probe());
        assertThat(wasInterrupted.get(20, TimeUnit.SECONDS)).isTrue();
    }
}
