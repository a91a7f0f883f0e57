package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.nettystreams.spi.Timeouts;
import dev.nettystreams.testing.ManualLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeoutsTest {
    @ParameterizedTest
    @CsvSource({
        "PT1M, 60 s",
        "PT1H, 3600 s",
        "PT2.5S, 2.5 s",
        "PT1.000000001S, 1.000000001 s",
        "PT0.2S, 200 ms",
        "PT0.0005S, 500 us",
        "PT0.000000007S, 7 ns",
        "PT0S, 0 s",
        "PT-3S, -3 s",
        "PT-0.5S, -500 ms",
        "PT-2.5S, -2500 ms",
        "PT2562047H, 9223369200 s"
    })
    void toText_isANumberAndItsUnit(Duration timeout, String text) {
        assertThat(Timeouts.toText(timeout)).isEqualTo(text);
    }

    @Test
    void saturatedNanos_keepTheSign() {
        assertThat(Timeouts.saturatedNanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Long.MAX_VALUE);
        assertThat(Timeouts.saturatedNanos(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
        assertThat(Timeouts.saturatedNanos(Duration.ofNanos(-1))).isEqualTo(-1);
    }

    @Test
    void timeoutOfLessThanNothing_howeverMuchLess_hasExpired() {
        for (Duration timeout :
                new Duration[] {Duration.ofSeconds(Long.MIN_VALUE), Duration.ofNanos(-1), Duration.ZERO}) {
            CompletableFuture<byte[]> never = new CompletableFuture<>();
            assertThat(catchThrowable(() -> Await.withTimeout(timeout, () -> Await.await(never))))
                    .isInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void manualLoop_runsATimerOfTheDistantPastAtOnce() {
        ManualLoop loop = new ManualLoop();
        boolean[] hasRun = {false};
        loop.run(() -> loop.schedule(() -> hasRun[0] = true, Long.MIN_VALUE));
        loop.runReady();
        assertThat(hasRun[0]).isTrue();
    }
}
