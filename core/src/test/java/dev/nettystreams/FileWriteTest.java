package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.io.ByteArrayOutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** W8: the sequence of {@code writeFile}, and what the calls around it see. */
@Timeout(60)
class FileWriteTest {
    private static final int BYTE_COUNT = 1 << 20;

    private final BackgroundLoop nearLoop = new BackgroundLoop();
    private final BackgroundLoop farLoop = new BackgroundLoop();
    private final MemoryPair pair =
            MemoryStreams.pair(nearLoop, farLoop, StreamLimits.DEFAULT, MemoryOptions.DEFAULT.withCapacity(4096));
    private final StreamWriter writer = pair.near().writer();

    @TempDir
    Path directory;

    private byte[] bytes;
    private FileChannel file;

    @BeforeEach
    void makeFile() throws Exception {
        bytes = new byte[BYTE_COUNT];
        for (int i = 0; i < BYTE_COUNT; i++) {
            bytes[i] = (byte) (i >> 10);
        }
        file = FileChannel.open(
                Files.write(directory.resolve("file"), bytes), StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @AfterEach
    void end() throws Exception {
        pair.near().abort();
        pair.far().abort();
        file.close();
        nearLoop.close();
        farLoop.close();
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
        try {
            throw new AssertionError("completed with " + get(future));
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    /** The caller need not wait for the loop to hear of the cancel. */
    @Test
    void afterACancel_writesAndTheNextFile_areTakenAtOnce_inOrder() throws Exception {
        CompletableFuture<byte[]> everything = pair.far().reader().readAll(Integer.MAX_VALUE);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int round = 0; round < 300; round++) {
            AtomicLong progress = new AtomicLong();
            CompletableFuture<Long> sent = writer.writeFile(file, 0, 5_000, progress::set);
            if (round % 3 == 0) {
                get(writer.drain());
            }
            sent.cancel(false);
            byte[] mark = {(byte) 0xee, (byte) round};
            writer.write(mark);
            get(writer.flush());
            expected.write(bytes, 0, (int) progress.get());
            expected.write(mark);
        }
        writer.close();
        assertThat(get(everything)).isEqualTo(expected.toByteArray());
    }

    @Test
    void callsMeanwhile_areRefused_andNameTheReason_andFlushWaits() throws Exception {
        pair.toFar().stall();
        CompletableFuture<Long> sent = writer.writeFile(file, 0, BYTE_COUNT);
        for (Runnable call : new Runnable[] {
            () -> writer.write(new byte[0]),
            writer::writeEof,
            () -> writer.writeFile(file, 0, 1),
            () -> pair.near().detach()
        }) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(StreamClosedException.class)
                    .hasMessageEndingWith("() called during writeFile()");
        }
        CompletableFuture<Void> flushed = writer.flush();
        pair.toFar().release();
        assertThat(get(pair.far().reader().readExactly(BYTE_COUNT - 400_000))).hasSize(BYTE_COUNT - 400_000);
        assertThat(flushed).isNotDone();
        assertThat(get(pair.far().reader().readExactly(400_000))).hasSize(400_000);
        assertThat(get(sent)).isEqualTo(BYTE_COUNT);
        get(flushed);
        writer.write(new byte[1]);
    }

    @Test
    void callbackThatThrows_endsTheCall_andNothingElse() throws Exception {
        IllegalStateException thrown = new IllegalStateException("by the callback");
        CompletableFuture<Long> sent = writer.writeFile(file, 0, BYTE_COUNT, count -> {
            throw thrown;
        });
        CompletableFuture<byte[]> everything = pair.far().reader().readAll(BYTE_COUNT);
        assertThat(failureOf(sent)).isSameAs(thrown);
        writer.write(new byte[] {1});
        writer.close();
        assertThat(get(everything)).hasSize(FileWrite.BLOCK_BYTES + 1);
    }

    @Test
    void callbackThatCancels_stopsBehindItsPiece() throws Exception {
        CompletableFuture<CompletableFuture<Long>> self = new CompletableFuture<>();
        CompletableFuture<Long> sent =
                writer.writeFile(file, 7, BYTE_COUNT, count -> self.join().cancel(false));
        self.complete(sent);
        CompletableFuture<byte[]> everything = pair.far().reader().readAll(BYTE_COUNT);
        assertThatThrownBy(() -> get(sent)).isInstanceOf(java.util.concurrent.CancellationException.class);
        writer.close();
        assertThat(get(everything)).isEqualTo(Arrays.copyOfRange(bytes, 7, 7 + FileWrite.BLOCK_BYTES));
    }

    @Test
    void afterTheEnd_itIsRefused_andAfterALoss_itFails() throws Exception {
        pair.toFar().drop();
        assertThat(failureOf(pair.near().waitClosed())).isInstanceOf(StreamBrokenException.class);
        assertThat(failureOf(writer.writeFile(file, 0, 1))).isInstanceOf(StreamBrokenException.class);
        writer.close();
        assertThatThrownBy(() -> writer.writeFile(file, 0, 1))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("writeFile() called after close()");
    }

    /** The bytes in the buffer count, whatever number a foreign file returns. */
    @Test
    void fileThatReturnsAnotherNumber_isSentByItsBytes() throws Exception {
        CompletableFuture<byte[]> received = pair.far().reader().readExactly(2_000);
        assertThat(get(writer.writeFile(new OddFile(1_000, 100, 0), 0, 1_000))).isEqualTo(1_000);
        assertThat(get(writer.writeFile(new OddFile(1_000, 100, 7_000), 0, 1_000)))
                .isEqualTo(1_000);
        assertThat(get(received)).hasSize(2_000);
        assertThat(failureOf(writer.writeFile(new OddFile(1_000, 0, 5), 0, 1_000)))
                .isInstanceOf(IncompleteFileException.class)
                .hasMessageContaining("a read of the file returned no bytes before its end");
    }

    /** No part of the file may come between the bytes of others, nor theirs between its parts. */
    @Test
    void writesOfOtherThreads_areBeforeTheFileOrRefused() throws Exception {
        CompletableFuture<byte[]> everything = pair.far().reader().readAll(Integer.MAX_VALUE);
        for (int round = 0; round < 100; round++) {
            CompletableFuture<Integer> others = CompletableFuture.supplyAsync(() -> {
                int taken = 0;
                for (int i = 0; i < 50; i++) {
                    try {
                        writer.write(new byte[] {(byte) 0xaa});
                        taken++;
                    } catch (IllegalStateException during) {
                        Thread.onSpinWait();
                    }
                }
                return taken;
            });
            CompletableFuture<Long> sent = writer.writeFile(file, BYTE_COUNT - 3_000, 3_000);
            get(sent);
            get(others);
        }
        writer.close();
        byte[] received = get(everything);
        int inFile = 0;
        for (byte each : received) {
            if (each == (byte) 0xaa) {
                assertThat(inFile % 3_000).isZero();
            } else {
                inFile++;
            }
        }
        assertThat(inFile).isEqualTo(300_000);
    }

    /** On the loop's own thread, close takes effect in the call. */
    @Test
    void closeRightBehindIt_onTheLoop_sendsTheFileFirst() throws Exception {
        CompletableFuture<byte[]> everything = pair.far().reader().readAll(BYTE_COUNT);
        nearLoop.execute(() -> {
            writer.writeFile(file, 0, BYTE_COUNT);
            writer.close();
        });
        assertThat(get(everything)).isEqualTo(bytes);
    }
}
