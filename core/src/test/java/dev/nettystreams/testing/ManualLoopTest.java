package dev.nettystreams.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.spi.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ManualLoopTest {
    private final ManualLoop loop = new ManualLoop();
    private final List<String> ran = new ArrayList<>();

    @Test
    void tasks_runInOrder_andOnlyWhenTold() {
        loop.execute(() -> {
            ran.add("a");
            loop.execute(() -> ran.add("c"));
        });
        loop.execute(() -> ran.add("b"));
        assertThat(ran).isEmpty();
        assertThat(loop.runOne()).isTrue();
        assertThat(ran).containsExactly("a");
        assertThat(loop.runReady()).isEqualTo(2);
        assertThat(ran).containsExactly("a", "b", "c");
        assertThat(loop.runOne()).isFalse();
    }

    @Test
    void isCurrent_onlyInsideATask() {
        assertThat(loop.isCurrent()).isFalse();
        loop.run(() -> assertThat(loop.isCurrent()).isTrue());
        assertThat(loop.isCurrent()).isFalse();
    }

    @Test
    void timers_runInTheirOrder_atTheirTime() {
        Loop.Timer timer = loop.schedule(() -> ran.add("called off"), 5);
        loop.schedule(() -> ran.add("20"), 20);
        loop.schedule(() -> loop.schedule(() -> ran.add("10+5"), 5), 10);
        timer.cancel();
        loop.advance(Duration.ofNanos(14));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofNanos(6));
        assertThat(ran).containsExactly("10+5", "20");
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void taskThatThrows_comesOut_andTheLoopGoesOn() {
        loop.execute(() -> {
            throw new IllegalStateException("thrown");
        });
        loop.execute(() -> ran.add("next"));
        assertThatThrownBy(loop::runReady).hasMessage("thrown");
        assertThat(loop.isCurrent()).isFalse();
        loop.runReady();
        assertThat(ran).containsExactly("next");
    }

    @Test
    void advance_byAnyDuration() {
        loop.advance(Duration.ofSeconds(1));
        loop.schedule(() -> ran.add("in a year"), Duration.ofDays(365).toNanos());
        loop.schedule(() -> ran.add("never"), Long.MAX_VALUE);
        for (Duration before : new Duration[] {Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE)}) {
            assertThatThrownBy(() -> loop.advance(before))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("time < 0: -");
        }
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(ran).containsExactly("in a year", "never");
        loop.advance(Duration.ofSeconds(Long.MAX_VALUE));
    }

    @Test
    void shutDown_runsWhatWasAccepted_tellsOfDroppedTimers_andRejects() {
        IllegalStateException thrown = new IllegalStateException("thrown");
        loop.schedule(() -> ran.add("never"), 1, () -> ran.add("timer dropped"));
        loop.execute(() -> {
            throw thrown;
        });
        loop.execute(() -> {
            assertThat(loop.isCurrent()).isTrue();
            assertThat(loop.isEnding()).isFalse();
            ran.add("accepted");
            loop.execute(() -> ran.add("accepted by it"));
        });
        assertThatThrownBy(loop::shutDown).isSameAs(thrown);
        assertThat(loop.isEnding()).isTrue();
        assertThat(ran).containsExactly("accepted", "accepted by it", "timer dropped");
        assertThat(loop.runReady()).isZero();
        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> loop.schedule(() -> {}, 1)).isInstanceOf(RejectedExecutionException.class);
    }

    /** A task that was accepted while the loop was not ending is run, even if the loop is closed before. */
    @Test
    void backgroundLoop_runsWhatItAccepted_andTellsOfDroppedTimers() throws Exception {
        BackgroundLoop background = new BackgroundLoop();
        CountDownLatch closing = new CountDownLatch(1);
        List<String> order = Collections.synchronizedList(ran);
        background.execute(() -> {
            try {
                closing.await();
            } catch (InterruptedException e) {
                order.add("interrupted");
            }
        });
        background.schedule(() -> order.add("never"), TimeUnit.HOURS.toNanos(1), () -> order.add("timer dropped"));
        background.execute(() -> order.add("accepted"));
        background.afterEnd(() -> order.add("ended"));
        assertThat(background.isEnding()).isFalse();
        Thread release = new Thread(() -> {
            while (!background.isEnding()) {
                Thread.onSpinWait();
            }
            closing.countDown();
        });
        release.start();
        background.close();
        release.join();
        assertThat(order).startsWith("accepted").containsExactlyInAnyOrder("accepted", "timer dropped", "ended");
        assertThatThrownBy(() -> background.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void backgroundLoop_mayBeClosedByItsOwnTask() throws Exception {
        BackgroundLoop background = new BackgroundLoop();
        CountDownLatch ended = new CountDownLatch(1);
        background.execute(background::close);
        background.afterEnd(ended::countDown);
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void backgroundLoop_tellsOfTheTaskThatThrew() {
        BackgroundLoop background = new BackgroundLoop();
        IllegalStateException thrown = new IllegalStateException("thrown");
        CountDownLatch next = new CountDownLatch(1);
        background.execute(() -> {
            throw thrown;
        });
        background.execute(next::countDown);
        assertThatThrownBy(() -> {
                    next.await();
                    background.close();
                })
                .hasCause(thrown);
    }
}
