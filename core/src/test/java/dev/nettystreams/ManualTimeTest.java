package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.carrier.CarriedThreads;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** {@code orTimeout} on a future of a {@link ManualLoop} uses that loop's time, on whichever thread it is called. */
class ManualTimeTest {
    private static final List<Function<StreamConnection, CompletableFuture<?>>> OPERATIONS = List.of(
            c -> c.reader().readLine(),
            c -> c.reader().numbers(ByteOrder.BIG_ENDIAN).readInt(),
            c -> c.reader().forEachLine(line -> null),
            c -> c.reader().relayTo(c.writer()),
            c -> c.reader().readLine().thenApply(line -> line.length),
            c -> c.waitClosed(),
            c -> c.repeat(() -> c.reader().readLine().thenApply(line -> true)),
            c -> c.writer().drain().thenCompose(done -> c.reader().read(1)),
            c -> c.writer().flush().thenCompose(done -> c.reader().read(1)));

    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);

    private void assertExpiresAt10Seconds(CompletableFuture<?> future) {
        loop.runReady();
        loop.advance(Duration.ofMillis(9_999));
        assertThat(future).isNotDone();
        loop.advance(Duration.ofMillis(1));
        Outcomes.failure(TimeoutException.class, future);
    }

    @Test
    void setByTheTest() {
        for (Function<StreamConnection, CompletableFuture<?>> operation : OPERATIONS) {
            MemoryPair each = MemoryStreams.pair(loop);
            assertExpiresAt10Seconds(operation.apply(each.near()).orTimeout(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void setByACallback() {
        for (Function<StreamConnection, CompletableFuture<?>> operation : OPERATIONS) {
            MemoryPair each = MemoryStreams.pair(loop);
            loop.runReady(); // the start of the connections
            CompletableFuture<CompletableFuture<?>> set = new CompletableFuture<>();
            loop.run(() -> set.complete(operation.apply(each.near()).orTimeout(10, TimeUnit.SECONDS)));
            assertExpiresAt10Seconds(Outcomes.value(set));
        }
    }

    @Test
    void setByATaskOnTheLoop() {
        assumeTrue(Await.isOnEventLoopAvailable(), "no await on the event loop here");
        CarriedThreads.prepare();
        assertExpiresAt10Seconds(Await.onEventLoop(
                pair.near(), () -> await(pair.near().reader().readLine().orTimeout(10, TimeUnit.SECONDS))));
    }

    @Test
    void ofATaskOnTheLoop() {
        assumeTrue(Await.isOnEventLoopAvailable(), "no await on the event loop here");
        CarriedThreads.prepare();
        assertExpiresAt10Seconds(
                Await.onEventLoop(pair.near(), () -> await(pair.near().reader().readLine()))
                        .orTimeout(10, TimeUnit.SECONDS));
    }

    @Test
    void completeOnTimeout_too() {
        CompletableFuture<byte[]> read =
                pair.near().reader().read(1).completeOnTimeout(new byte[] {7}, 1, TimeUnit.HOURS);
        loop.runReady();
        assertThat(read).isNotDone();
        loop.advance(Duration.ofHours(1));
        assertThat(Outcomes.value(read)).containsExactly(7);
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void operationThatCompletes_leavesNoTimer() {
        CompletableFuture<byte[]> read = pair.near().reader().read(1).orTimeout(1, TimeUnit.HOURS);
        assertThat(loop.timerCount()).isOne();
        pair.far().writer().write(new byte[] {7});
        loop.runReady();
        assertThat(Outcomes.value(read)).containsExactly(7);
        assertThat(loop.timerCount()).isZero();
    }
}
