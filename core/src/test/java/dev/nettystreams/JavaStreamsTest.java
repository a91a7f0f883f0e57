package dev.nettystreams;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.testing.MemoryPair;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link StreamReader#asInputStream} and {@link StreamWriter#asOutputStream}, on every kind of thread. */
class JavaStreamsTest {
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void gzip_thereAndBack_overMoreThanTheWireHolds(ThreadKind kind) throws Exception {
        byte[] sent = new byte[1 << 20];
        new Random(1).nextBytes(sent);
        byte[] received = kind.run(pair -> {
            CompletableFuture<Void> sending = Await.createTask(() -> {
                try (OutputStream out =
                        new GZIPOutputStream(pair.near().writer().asOutputStream())) {
                    out.write(sent);
                }
            });
            try (InputStream in = new GZIPInputStream(pair.far().reader().asInputStream())) {
                byte[] all = in.readAllBytes();
                await(sending);
                return all;
            }
        });
        assertThat(received).isEqualTo(sent);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void dataStreamsAndReaders_meetTheStreams(ThreadKind kind) throws Exception {
        String seen = kind.run(pair -> {
            DataOutputStream out = new DataOutputStream(pair.near().writer().asOutputStream());
            out.writeInt(42);
            out.writeUTF("\u00e9t\u00e9");
            out.flush();
            DataInputStream in = new DataInputStream(pair.far().reader().asInputStream());
            String first = in.readInt() + in.readUTF();
            pair.far().writer().write("line\nlast", UTF_8);
            pair.far().writer().writeEof();
            BufferedReader lines = new BufferedReader(
                    new InputStreamReader(pair.near().reader().asInputStream(), UTF_8));
            return first + " " + lines.readLine() + " " + lines.readLine() + " " + lines.readLine();
        });
        assertThat(seen).isEqualTo("42\u00e9t\u00e9 line last null");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interrupt_endsTheRead_andConsumesNoByte(ThreadKind kind) throws Exception {
        String seen = kind.run(pair -> {
            Semaphore reading = new Semaphore(0);
            CompletableFuture<String> task = Await.createTask(() -> {
                InputStream in = pair.far().reader().asInputStream();
                reading.release();
                try {
                    return "read " + in.read();
                } catch (InterruptedIOException e) {
                    return "interrupted " + Thread.interrupted() + " " + e.bytesTransferred;
                }
            });
            reading.acquire();
            task.cancel(true);
            String outcome = await(task.exceptionally(Throwable::toString));
            pair.near().writer().write("first", UTF_8);
            return outcome + ", " + new String(await(pair.far().reader().readExactly(5)), UTF_8);
        });
        assertThat(seen).endsWith(", first").doesNotStartWith("read");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interrupted_threadStaysInterrupted(ThreadKind kind) throws Exception {
        boolean isInterrupted = kind.run(pair -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> pair.near().reader().asInputStream().read())
                    .isInstanceOf(InterruptedIOException.class);
            return Thread.interrupted();
        });
        assertThat(isInterrupted).isTrue();
    }

    /** The peer does not read: the writer waits in its large write, and the write buffer stays small. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void largeWrite_waitsAtTheCaller(ThreadKind kind) throws Exception {
        byte[] sent = new byte[4 << 20];
        new Random(2).nextBytes(sent);
        kind.run(pair -> {
            CompletableFuture<Void> sending =
                    Await.createTask(() -> pair.near().writer().asOutputStream().write(sent));
            byte[] first = await(pair.far().reader().readExactly(100_000));
            assertThat(pair.near().writer().pendingByteCount()).isLessThan(300_000);
            assertThat(sending).isNotDone();
            byte[] rest = await(pair.far().reader().readExactly(sent.length - first.length));
            await(sending);
            assertThat(first[99_999]).isEqualTo(sent[99_999]);
            assertThat(rest[rest.length - 1]).isEqualTo(sent[sent.length - 1]);
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void closingOne_leavesTheOther(ThreadKind kind) throws Exception {
        String seen = kind.run(pair -> {
            InputStream in = pair.near().reader().asInputStream();
            in.close();
            assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
            OutputStream out = pair.near().writer().asOutputStream();
            out.write("after in.close(), ".getBytes(UTF_8));
            pair.far().writer().write("an answer", UTF_8);
            out.close();
            out.close();
            assertThatThrownBy(() -> out.write(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed");
            String received = await(pair.far().reader().text(UTF_8).readAll(100)); // ends: close() wrote EOF
            return received + await(pair.near().reader().text(UTF_8).readExactly(9));
        });
        assertThat(seen).isEqualTo("after in.close(), an answer");
    }

    @Test
    void refusals_areIoExceptions() throws Exception {
        ThreadKind.ON_THREADS.run(pair -> {
            OutputStream out = pair.near().writer().asOutputStream();
            InputStream in = pair.near().reader().asInputStream();
            pair.near().abort();
            assertThatThrownBy(() -> out.write(1))
                    .isExactlyInstanceOf(IOException.class)
                    .hasCauseInstanceOf(StreamClosedException.class)
                    .hasMessage("write() called after abort()");
            assertThatThrownBy(in::read)
                    .isExactlyInstanceOf(IOException.class)
                    .hasCauseInstanceOf(StreamClosedException.class);
            return null;
        });
    }

    @Test
    void losses_areTheStreamsOwnExceptions() throws Exception {
        ThreadKind.ON_THREADS.run(pair -> {
            pair.far().abort();
            assertThatThrownBy(() -> pair.near().reader().asInputStream().readAllBytes())
                    .isInstanceOf(StreamBrokenException.class);
            return null;
        });
    }

    /** A refused call consumes no byte and writes none. */
    @Test
    void callsOnTheLoopsOwnThread_areRefused_beforeTheyBegin() {
        Bench bench = new Bench();
        bench.wire.feed("there\n");
        bench.run(() -> {
            assertRefusedOnTheLoop(() -> bench.reader.asInputStream().read());
            assertRefusedOnTheLoop(() -> bench.reader.asInputStream().skip(2));
            assertRefusedOnTheLoop(() -> bench.reader.lines().iterator().hasNext());
            assertRefusedOnTheLoop(
                    () -> bench.reader.text(UTF_8).lines().iterator().next());
            assertRefusedOnTheLoop(() -> bench.writer.asOutputStream().write(7));
            assertRefusedOnTheLoop(() -> bench.writer.asOutputStream().flush());
            assertRefusedOnTheLoop(() -> bench.writer.asOutputStream().close());
        });
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("there\n");
        assertThat(bench.wire.writtenText()).isEmpty();
        assertThat(bench.wire.calls).doesNotContain("writeEof");
    }

    private static void assertRefusedOnTheLoop(ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining("on an event loop");
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void availableSkipAndReadOfNothing(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            InputStream in = pair.near().reader().asInputStream();
            assertThat(in.read(new byte[0])).isZero();
            pair.far().writer().write("0123456789", UTF_8);
            assertThat(in.read()).isEqualTo('0');
            assertThat(in.available()).isEqualTo(9);
            assertThat(in.skip(3)).isEqualTo(3);
            assertThat(in.skip(-1)).isZero();
            assertThat(in.readNBytes(6)).isEqualTo("456789".getBytes(UTF_8));
            assertThat(in.available()).isZero();
            pair.far().writer().writeEof();
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read(new byte[3])).isEqualTo(-1);
            return null;
        });
    }

    /** No read has told the loop yet that this thread wants the bytes. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void available_countsBytes_beforeTheFirstRead(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            InputStream in = pair.near().reader().asInputStream();
            pair.far().writer().write("0123456789", UTF_8);
            while (in.available() < 10) {
                LockSupport.parkNanos(100_000);
            }
            assertThat(new InputStreamReader(in, UTF_8).ready()).isTrue();
            assertThat(in.readNBytes(in.available())).hasSize(10);
            return null;
        });
    }

    /** Each look may collide with an arrival, which the loop then puts aside. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void available_countsBytes_thatArriveWhileItLooks(ThreadKind kind) throws Exception {
        kind.run(pair -> {
            InputStream in = pair.near().reader().asInputStream();
            for (int i = 0; i < 2_000; i++) {
                pair.far().writer().write(new byte[] {(byte) i});
                while (in.available() == 0) {
                    LockSupport.parkNanos(1);
                }
                assertThat(in.read()).isEqualTo(i & 0xff);
            }
            return null;
        });
    }

    /** The peer reads nothing until the close has been interrupted, and then hears of the end all the same. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void interruptedClose_endsTheOutput(ThreadKind kind) throws Exception {
        byte[] sent = new byte[4 << 20];
        kind.run(pair -> {
            Semaphore closing = new Semaphore(0);
            pair.near().writer().write(sent);
            CompletableFuture<Void> task = Await.createTask(() -> {
                closing.release();
                pair.near().writer().asOutputStream().close();
            });
            closing.acquire();
            task.cancel(true);
            boolean hasFailed = await(task.handle((done, failure) -> failure != null));
            assertThat(hasFailed).isTrue();
            assertThat(await(pair.far().reader().readAll(sent.length))).hasSize(sent.length);
            return null;
        });
    }

    @Test
    void pendingRead_isRefusedToAnother() throws Exception {
        ThreadKind.ON_THREADS.run((MemoryPair pair) -> {
            CompletableFuture<byte[]> pending = pair.near().reader().readLine();
            assertThatThrownBy(() -> pair.near().reader().asInputStream().read())
                    .isInstanceOf(ConcurrentReadException.class);
            pending.cancel(false);
            return null;
        });
    }
}
