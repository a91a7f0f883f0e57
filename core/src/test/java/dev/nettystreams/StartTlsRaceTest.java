package dev.nettystreams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * T1, T8 with real threads: a read or write during another thread's {@code startTls} happens entirely before it or is
 * refused.
 */
class StartTlsRaceTest {
    private static final int ROUNDS = 2_000;

    private final BackgroundLoop loop = new BackgroundLoop();
    private final CyclicBarrier together = new CyclicBarrier(2);

    @AfterEach
    void stop() {
        loop.close();
    }

    private MemoryPair pair() {
        return MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT);
    }

    /** Runs a call at the same moment as the test; its exception is the outcome. */
    private CompletableFuture<RuntimeException> atOnce(Runnable call) {
        AtomicReference<RuntimeException> refusal = new AtomicReference<>();
        return CompletableFuture.runAsync(() -> {
                    try {
                        together.await(10, TimeUnit.SECONDS);
                        call.run();
                    } catch (RuntimeException e) {
                        refusal.set(e);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .thenApply(done -> refusal.get());
    }

    @Test
    void readAndStartTls_oneIsRefused() throws Exception {
        int upgrades = 0;
        for (int round = 0; round < ROUNDS; round++) {
            MemoryPair pair = pair();
            AtomicReference<CompletableFuture<byte[]>> read = new AtomicReference<>();
            CompletableFuture<RuntimeException> reading =
                    atOnce(() -> read.set(pair.near().reader().read(1)));
            together.await(10, TimeUnit.SECONDS);
            boolean isUpgrading = true;
            try {
                CompletableFuture<TlsSession> upgrade =
                        pair.near().writer().startTls(new ToyTls(LeftoverPolicy.REFUSE));
                assertThat(upgrade).isNotDone();
            } catch (ConcurrentReadException e) {
                isUpgrading = false;
            }
            assertThat(reading.get(10, TimeUnit.SECONDS) != null).isEqualTo(isUpgrading);
            upgrades += isUpgrading ? 1 : 0;
            pair.near().abort();
        }
        assertThat(upgrades).as("some of either").isBetween(1, ROUNDS - 1);
    }

    /** A write is sent before the last plaintext, or refused. */
    @Test
    void writeAndStartTls_nothingIsWrittenBehindTheBorder() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            MemoryPair pair = pair();
            ToyTls tls = new ToyTls(LeftoverPolicy.REFUSE);
            CompletableFuture<RuntimeException> writing =
                    atOnce(() -> pair.near().writer().write("written ".getBytes(US_ASCII)));
            together.await(10, TimeUnit.SECONDS);
            CompletableFuture<TlsSession> upgrade = pair.near().writer().startTls(tls, "go\n".getBytes(US_ASCII));
            boolean isRefused = writing.get(10, TimeUnit.SECONDS) != null;
            byte[] line = pair.far().reader().readLine().get(10, TimeUnit.SECONDS);
            assertThat(line).asString(US_ASCII).isEqualTo(isRefused ? "go\n" : "written go\n");
            tls.handshake.complete(ToyTls.SESSION);
            upgrade.get(10, TimeUnit.SECONDS);
            pair.near().close();
            assertThat(pair.far().reader().read(1).get(10, TimeUnit.SECONDS)).isEmpty();
        }
    }
}
