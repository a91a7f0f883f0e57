package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.spi.Loop;
import dev.nettystreams.testing.ManualLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop wakes the threads that wait for it together, and leaves none of them asleep. */
class WakeUpsTest {
    private final ManualLoop loop = new ManualLoop();
    private final AtomicInteger order = new AtomicInteger();
    private final List<Parked> all = new ArrayList<>();

    /** A thread that parks once, and notes its place in the order of events when it wakes. */
    private final class Parked {
        private volatile int place;
        private final Thread thread = new Thread(() -> {
            LockSupport.park(this);
            place = order.incrementAndGet();
        });

        Parked() {
            thread.setDaemon(true);
            thread.start();
            while (LockSupport.getBlocker(thread) != this) {
                Thread.onSpinWait();
            }
            all.add(this);
        }

        int join() throws InterruptedException {
            thread.join();
            return place;
        }
    }

    @AfterEach
    void wakeAll() {
        all.forEach(each -> LockSupport.unpark(each.thread));
    }

    private List<Parked> parked(int count) {
        List<Parked> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(new Parked());
        }
        return made;
    }

    private void add(List<Parked> each) {
        loop.run(() -> each.forEach(one -> WakeUps.of(loop).add(one.thread)));
    }

    /** Another thread wakes and ends meanwhile, so that a thread that was woken too early has had the time to run. */
    private int mark() throws InterruptedException {
        Parked witness = new Parked();
        LockSupport.unpark(witness.thread);
        witness.join();
        return order.incrementAndGet();
    }

    @Test
    void fewThreads_areWokenBehindTheEventsOfTheTurn() throws Exception {
        List<Parked> waiting = parked(WakeUps.MOST - 1);
        add(waiting);
        int mark = mark();
        assertThat(loop.runReady()).isEqualTo(1);
        for (Parked each : waiting) {
            assertThat(each.join()).isGreaterThan(mark);
        }
    }

    @Test
    void manyThreads_areWokenAtOnce() throws Exception {
        List<Parked> waiting = parked(WakeUps.MOST);
        add(waiting);
        for (Parked each : waiting) {
            assertThat(each.join()).isPositive();
        }
    }

    @Test
    void laterThreads_areWokenByTheTaskOfEarlierOnes() throws Exception {
        add(parked(WakeUps.MOST));
        Parked later = new Parked();
        add(List.of(later));
        assertThat(loop.runReady()).as("tasks").isEqualTo(1);
        assertThat(later.join()).isPositive();
        Parked next = new Parked();
        add(List.of(next));
        assertThat(loop.runReady()).as("tasks of the next turn").isEqualTo(1);
        assertThat(next.join()).isPositive();
    }

    @Test
    void threadsOfALoopThatEnds_areWokenAtOnce() throws Exception {
        List<Parked> waiting = parked(2);
        add(waiting.subList(0, 1));
        loop.shutDown();
        add(waiting.subList(1, 2));
        for (Parked each : waiting) {
            assertThat(each.join()).isPositive();
        }
    }

    /** As Netty's loops do between the last look at their queue and their end. */
    @Test
    void threadsOfALoopThatDropsTasks_areWokenAtOnce() throws Exception {
        Loop dropping = new Loop() {
            @Override
            public boolean isCurrent() {
                return true;
            }

            @Override
            public void execute(Runnable dropped) {}

            @Override
            public Timer schedule(Runnable task, long delayNanos, Runnable ifDropped) {
                throw new RejectedExecutionException();
            }

            @Override
            public boolean isEnding() {
                return true;
            }

            @Override
            public void afterEnd(Runnable action) {
                action.run();
            }
        };
        Parked waiting = new Parked();
        WakeUps.of(dropping).add(waiting.thread);
        assertThat(waiting.join()).isPositive();
    }

    @Test
    void callerOutsideTheLoop_wakesAtOnce() throws Exception {
        WakeUps[] wakeUps = new WakeUps[1];
        loop.run(() -> wakeUps[0] = WakeUps.of(loop));
        Parked waiting = new Parked();
        wakeUps[0].add(waiting.thread);
        assertThat(waiting.join()).isPositive();
    }
}
