package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** W5 in a race: every write that returned before the close is sent; every other write has thrown. */
class WriteRaceTest {
    private static final int ROUNDS = 500;

    private final BackgroundLoop loop = new BackgroundLoop();

    @AfterEach
    void stop() {
        loop.close();
    }

    @Test
    void writes_racingWithAClose_areSentOrRefused() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            MemoryPair pair = MemoryStreams.pair(loop);
            StreamWriter writer = pair.near().writer();
            CompletableFuture<byte[]> received = pair.far().reader().read(-1);
            AtomicBoolean hasBegun = new AtomicBoolean();
            CompletableFuture<Integer> writing = CompletableFuture.supplyAsync(() -> {
                int count = 0;
                try {
                    while (true) {
                        writer.write(new byte[1]);
                        count++;
                        hasBegun.set(true);
                    }
                } catch (StreamClosedException e) {
                    return count;
                }
            });
            while (!hasBegun.get()) {
                Thread.onSpinWait();
            }
            writer.close();
            int written = writing.get(20, TimeUnit.SECONDS);
            assertThat(received.get(20, TimeUnit.SECONDS)).hasSize(written);
            pair.far().close();
        }
    }
}
