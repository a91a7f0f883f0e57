package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** R7 and A1 with real threads: completion or cancellation wins, and no byte is lost or read twice. */
class ReadRaceTest {
    private static final int ROUNDS = 20_000;

    private final BackgroundLoop loop = new BackgroundLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withChunks(3));

    @AfterEach
    void stop() {
        loop.close();
    }

    @Test
    void cancelAgainstCompletion_losesNothing() throws Exception {
        byte[] sent = new byte[ROUNDS];
        new Random(1).nextBytes(sent);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<?>[] current = {new CompletableFuture<>()};
        Thread canceller = new Thread(() -> cancelEachRound(together, current));
        canceller.setDaemon(true);
        canceller.start();
        int cancelled = 0;
        for (int round = 0; round < ROUNDS; round++) {
            CompletableFuture<byte[]> read = pair.near().reader().read(2);
            current[0] = read;
            together.await(10, TimeUnit.SECONDS);
            pair.far().writer().write(sent, round, 1);
            together.await(10, TimeUnit.SECONDS);
            try {
                received.writeBytes(read.get(10, TimeUnit.SECONDS));
            } catch (CancellationException e) {
                cancelled++;
            }
        }
        pair.far().close();
        received.writeBytes(pair.near().reader().readAll(ROUNDS).get(10, TimeUnit.SECONDS));
        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(cancelled).as("some of either").isBetween(1, ROUNDS - 1);
    }

    /**
     * A cancelled {@code readInto} no longer touches the buffer: its owner refills it at once, and finds those bytes.
     */
    @Test
    void cancelledReadInto_hasDoneWithTheBuffer() throws Exception {
        byte[] sent = new byte[ROUNDS];
        new Random(2).nextBytes(sent);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(4);
        int cancelled = 0;
        for (int round = 0; round < ROUNDS; round++) {
            buffer.clear();
            CompletableFuture<Integer> read = pair.near().reader().readInto(buffer);
            pair.far().writer().write(sent, round, 1);
            spin(round % 512);
            if (read.cancel(false)) {
                cancelled++;
                buffer.clear().putInt(0x01020304).flip();
                assertThat(buffer.getInt()).isEqualTo(0x01020304);
            } else {
                int byteCount = read.get(10, TimeUnit.SECONDS);
                received.write(buffer.array(), 0, byteCount);
                assertThat(buffer.position()).isEqualTo(byteCount);
            }
        }
        pair.far().close();
        received.writeBytes(pair.near().reader().readAll(ROUNDS).get(10, TimeUnit.SECONDS));
        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(cancelled).as("some of either").isBetween(1, ROUNDS - 1);
    }

    /** A read on another thread that finds no bytes does not ask the loop; the read or the loop must see the other. */
    @Test
    void readAgainstArrival_isAnswered() throws Exception {
        byte[] sent = new byte[4 * ROUNDS];
        new Random(3).nextBytes(sent);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (int round = 0; round < sent.length; round++) {
            pair.far().writer().write(sent, round, 1);
            spin(round % 512);
            received.writeBytes(pair.near().reader().readExactly(1).get(10, TimeUnit.SECONDS));
        }
        assertThat(received.toByteArray()).isEqualTo(sent);
    }

    @Test
    void readAgainstTheEnd_isAnswered() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            MemoryPair each = MemoryStreams.pair(loop);
            CompletableFuture<byte[]> first = each.near().reader().readLine();
            each.far().writer().write(Latin1.bytes("one\n"));
            first.get(10, TimeUnit.SECONDS);
            each.far().close();
            spin(round % 512);
            assertThat(each.near().reader().readLine().get(10, TimeUnit.SECONDS))
                    .isEmpty();
            each.near().close();
        }
    }

    private static void spin(int times) {
        for (int left = times; left > 0; left--) {
            Thread.onSpinWait();
        }
    }

    /**
     * W4: bytes of a write that returned arrive, however close another thread's {@code close}; every other write
     * throws.
     */
    @Test
    void writeAgainstClose_sendsTheBytes_orThrows() throws Exception {
        for (int round = 0; round < 5_000; round++) {
            MemoryPair each = MemoryStreams.pair(loop);
            CountDownLatch go = new CountDownLatch(1);
            int spins = round % 256;
            boolean endsOutputOnly = round % 2 == 0;
            Thread closer = new Thread(() -> {
                awaitQuietly(go);
                spin(spins);
                if (endsOutputOnly) {
                    each.near().writer().writeEof();
                } else {
                    each.near().close();
                }
            });
            closer.start();
            go.countDown();
            int accepted = 0;
            try {
                for (; accepted < 1_000_000; accepted++) {
                    each.near().writer().write(new byte[1]);
                }
            } catch (StreamClosedException e) {
                assertThat(e).hasMessageContaining(endsOutputOnly ? "writeEof()" : "close()");
            }
            assertThat(each.far().reader().readAll(1_000_000).get(10, TimeUnit.SECONDS))
                    .hasSize(accepted);
            closer.join();
            each.far().close();
            each.near().close();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void cancelEachRound(CyclicBarrier together, CompletableFuture<?>[] current) {
        try {
            for (int round = 0; round < ROUNDS; round++) {
                together.await(10, TimeUnit.SECONDS);
                spin(round % 64);
                current[0].cancel(false);
                together.await(10, TimeUnit.SECONDS);
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void readAllCancelledAtEof_losesNothing() throws Exception {
        for (int round = 0; round < 300; round++) {
            MemoryPair each = MemoryStreams.pair(loop);
            each.far().writer().write(Latin1.bytes("all of it"));
            CompletableFuture<byte[]> read = each.near().reader().read(-1);
            each.far().close();
            spin(round);
            byte[] bytes;
            if (read.cancel(false)) {
                bytes = each.near().reader().readAll(99).get(10, TimeUnit.SECONDS);
            } else {
                bytes = read.get(10, TimeUnit.SECONDS);
            }
            assertThat(bytes).asString().isEqualTo("all of it");
            each.near().close();
        }
    }

    @Test
    void closeAgainstEverything_leavesNothingWaiting() throws Exception {
        for (int round = 0; round < 500; round++) {
            MemoryPair each = MemoryStreams.pair(loop);
            CompletableFuture<byte[]> read = each.near().reader().read(1);
            CompletableFuture<Void> flush = each.near().writer().flush();
            if (round % 2 == 0) {
                each.near().close();
            } else {
                each.far().abort();
            }
            CompletableFuture<Void> drain = each.near().writer().drain();
            each.far().close();
            for (CompletableFuture<?> wait :
                    new CompletableFuture<?>[] {read, flush, drain, each.near().waitClosed()}) {
                assertSettles(wait);
            }
        }
    }

    private static void assertSettles(CompletableFuture<?> future) throws Exception {
        try {
            future.get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfAny(StreamBrokenException.class, StreamClosedException.class);
        }
    }
}
