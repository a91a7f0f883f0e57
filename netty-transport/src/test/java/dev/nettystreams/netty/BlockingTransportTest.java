package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.BlockingThreadCount;
import dev.nettystreams.netty.support.Wire;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the conformance suite cannot see: the threads, and the calls that they make. */
@Timeout(30)
class BlockingTransportTest {
    @RegisterExtension
    static final BlockingThreadCount THREADS = new BlockingThreadCount();

    private final NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1);

    /** An input whose reads wait for {@link #give}; it ends by nothing but {@link #end}. */
    private static final class StubbornInput extends InputStream {
        private static final byte[] END = {};

        private final LinkedBlockingQueue<byte[]> blocks = new LinkedBlockingQueue<>();
        private final Semaphore readsBegun = new Semaphore(0);
        private final AtomicInteger readCount = new AtomicInteger();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final List<Thread> readers = Collections.synchronizedList(new ArrayList<>());

        void give(String block) {
            blocks.add(block.getBytes(US_ASCII));
        }

        void end() {
            blocks.add(END);
        }

        @Override
        public int read() {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public int read(byte[] target, int offset, int byteCount) {
            readCount.incrementAndGet();
            readers.add(Thread.currentThread());
            readsBegun.release();
            byte[] block = null;
            while (block == null) {
                try {
                    block = blocks.take();
                } catch (InterruptedException e) {
                    // as a native read
                }
            }
            System.arraycopy(block, 0, target, offset, block.length);
            return block.length == 0 ? -1 : block.length;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    private StreamConnection over(InputStream in) {
        return streams.overBlocking(in, new ByteArrayOutputStream());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    private StubbornInput stubborn;

    @BeforeEach
    void newInput() {
        stubborn = new StubbornInput();
    }

    @AfterEach
    void closeStreams() {
        stubborn.end();
        streams.close();
    }

    // ---- reading

    @Test
    void readThatTimesOut_consumesNothing_thoughTheCallGoesOn() throws Exception {
        StreamConnection connection = over(stubborn);
        assertThat(failureOf(connection.reader().readLine().orTimeout(20, TimeUnit.MILLISECONDS)))
                .isInstanceOf(TimeoutException.class);
        CompletableFuture<byte[]> cancelled = connection.reader().readLine();
        cancelled.cancel(false);
        stubborn.give("late\nlater\n");
        assertThat(get(connection.reader().readLine())).isEqualTo(ascii("late\n"));
        assertThat(get(connection.reader().readLine())).isEqualTo(ascii("later\n"));
        assertThat(stubborn.readCount.get()).as("reads").isLessThanOrEqualTo(2);
    }

    @Test
    void readerThatPauses_stopsTheThreadAfterOneBlock() throws Exception {
        StreamConnection connection = streams.withLimits(StreamLimits.DEFAULT.withReadLimit(10))
                .overBlocking(stubborn, new ByteArrayOutputStream());
        stubborn.give("x".repeat(21)); // above twice the limit: reading pauses
        stubborn.readsBegun.acquire();
        stubborn.give("one block");
        for (int i = 0; i < 100; i++) {
            get(CompletableFuture.runAsync(() -> {}, connectionLoop(connection)));
        }
        int readsWhenPaused = stubborn.readCount.get();
        assertThat(readsWhenPaused).isLessThanOrEqualTo(2);
        stubborn.give("another");
        assertThat(get(connection.reader().readExactly(30))).hasSize(30);
        assertThat(get(connection.reader().readExactly(7))).isEqualTo(ascii("another"));
    }

    private static java.util.concurrent.Executor connectionLoop(StreamConnection connection) {
        return task -> connection.repeat(() -> {
            task.run();
            return CompletableFuture.completedFuture(false);
        });
    }

    @Test
    void threads_arePlatformDaemons_oneForEachDirection() throws Exception {
        StreamConnection connection = over(stubborn);
        for (int i = 0; i < 20; i++) {
            stubborn.give("line\n");
            get(connection.reader().readLine());
            connection.writer().write(ascii("x"));
            get(connection.writer().flush());
        }
        assertThat(stubborn.readers).allSatisfy(thread -> {
            assertThat(thread.isDaemon()).isTrue();
            assertThat(thread.getName()).startsWith("netty-streams-read-pair-");
            assertThat(thread.getClass().getName()).doesNotContain("Virtual");
        });
        assertThat(stubborn.readers.stream().distinct()).hasSize(1);
        assertThat(NettyStreams.blockingThreadCount()).isEqualTo(2);
    }

    @Test
    void inputThatFails_failsReadsBehindItsBytes() throws Exception {
        InputStream failing = new InputStream() {
            private boolean isSpent;

            @Override
            public int read() {
                throw new AssertionError("one byte at a time");
            }

            @Override
            public int read(byte[] target, int offset, int byteCount) throws IOException {
                if (isSpent) {
                    throw new IOException("the line was cut");
                }
                isSpent = true;
                target[offset] = 'x';
                return 1;
            }
        };
        StreamConnection connection = over(failing);
        assertThat(get(connection.reader().read(5))).isEqualTo(ascii("x"));
        assertThat(failureOf(connection.reader().read(5)))
                .isInstanceOf(StreamBrokenException.class)
                .hasRootCauseMessage("the line was cut");
        assertThat(failureOf(connection.waitClosed())).hasRootCauseMessage("the line was cut");
    }

    @Test
    void inputThatReadsNothing_isAnError_andNoSpin() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] target, int offset, int byteCount) {
                return 0;
            }
        };
        assertThat(failureOf(over(broken).reader().read(5))).rootCause().hasMessageContaining("read no byte");
    }

    @Test
    void inputThatLiesAboutItsCount_isAnError() throws Exception {
        InputStream lying = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] target, int offset, int byteCount) {
                return byteCount + 1;
            }
        };
        assertThat(failureOf(over(lying).reader().read(5))).rootCause().hasMessageContaining("claims more bytes than");
        THREADS.awaitNone();
    }

    @Test
    void errorOfAForeignStream_isAnOutcome() throws Exception {
        InputStream broken = new InputStream() {
            @Override
            public int read() {
                throw new LinkageError("no such library");
            }

            @Override
            public int read(byte[] target, int offset, int byteCount) {
                return read();
            }
        };
        assertThat(failureOf(over(broken).reader().read(5))).hasRootCauseInstanceOf(LinkageError.class);
    }

    // ---- writing

    /** Takes its bytes when it is told to. */
    private static final class SlowOutput extends OutputStream {
        private final Semaphore permits = new Semaphore(0);
        private final Semaphore begun = new Semaphore(0);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final AtomicInteger closeCount = new AtomicInteger();

        @Override
        public void write(int octet) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] source, int offset, int byteCount) throws IOException {
            begun.release();
            try {
                permits.acquire();
            } catch (InterruptedException e) {
                throw new IOException("interrupted", e);
            }
            synchronized (taken) {
                taken.write(source, offset, byteCount);
            }
        }

        byte[] bytes() {
            synchronized (taken) {
                return taken.toByteArray();
            }
        }

        @Override
        public void close() {
            closeCount.incrementAndGet();
        }
    }

    @Test
    void drainAndFlush_waitForTheCallThatWrites() throws Exception {
        SlowOutput out = new SlowOutput();
        StreamConnection connection = streams.overBlocking(stubborn, out);
        byte[] bytes = Wire.pattern(200_000);
        connection.writer().write(bytes);
        CompletableFuture<Void> drained = connection.writer().drain();
        CompletableFuture<Void> flushed = connection.writer().flush();
        out.begun.acquire();
        assertThat(drained).isNotDone();
        assertThat(connection.writer().pendingByteCount()).isEqualTo(200_000);
        out.permits.release(3); // 196,608 bytes: 3,392 are left, fewer than the low mark
        get(drained);
        assertThat(flushed).isNotDone();
        out.permits.release();
        get(flushed);
        assertThat(out.bytes()).isEqualTo(bytes);
    }

    @Test
    void callerMayReuseItsArray_whileTheThreadWrites() throws Exception {
        SlowOutput out = new SlowOutput();
        StreamConnection connection = streams.overBlocking(stubborn, out);
        byte[] small = ascii("one,");
        byte[] large = Wire.pattern(10_000);
        connection.writer().write(small);
        get(CompletableFuture.runAsync(() -> {}, connectionLoop(connection)));
        connection.writer().write(large);
        connection.writer().write(small);
        small[0] = 'X';
        large[0] = 'X';
        out.permits.release(10);
        get(connection.writer().flush());
        assertThat(out.bytes()).hasSize(10_008).startsWith(ascii("one,")).endsWith(ascii("one,"));
        assertThat(out.bytes()[4]).isZero();
    }

    @Test
    void outputThatFails_failsWaitsOnceAndClearly_andLeavesTheInput() throws Exception {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        StreamConnection connection = streams.overBlocking(stubborn, full);
        connection.writer().write(ascii("x"));
        assertThat(failureOf(connection.writer().flush()))
                .isInstanceOf(StreamBrokenException.class)
                .hasRootCauseMessage("No space left on device");
        assertThat(failureOf(connection.writer().drain())).hasRootCauseMessage("No space left on device");
        stubborn.give("still here\n");
        assertThat(get(connection.reader().readLine())).isEqualTo(ascii("still here\n"));
        connection.close();
        assertThat(failureOf(connection.waitClosed())).hasRootCauseMessage("No space left on device");
    }

    /** A buffered stream may notice it at its end only. */
    @Test
    void outputThatFailsAtItsEnd_failsWaitClosed() throws Exception {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int octet) {}

            @Override
            public void close() throws IOException {
                throw new IOException("No space left on device");
            }
        };
        StreamConnection connection = streams.overBlocking(new ByteArrayInputStream(new byte[0]), full);
        connection.writer().write(ascii("x"));
        get(connection.writer().flush());
        connection.close();
        assertThat(failureOf(connection.waitClosed())).hasRootCauseMessage("No space left on device");
    }

    @Test
    void flushAfterWriteEof_completes() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamConnection connection = streams.overBlocking(stubborn, out);
        connection.writer().write(ascii("x"));
        connection.writer().writeEof();
        get(connection.writer().flush());
        get(connection.writer().flush());
        assertThat(out.toByteArray()).isEqualTo(ascii("x"));
    }

    // ---- the end

    @Test
    void bothEnds_endTheConnection_andItsThreads() throws Exception {
        StreamConnection connection = over(new ByteArrayInputStream(ascii("bye")));
        connection.writer().writeEof();
        get(connection.waitClosed());
        assertThat(get(connection.reader().readAll(10))).isEqualTo(ascii("bye"));
        THREADS.awaitNone();
    }

    @Test
    void closeDuringARead_thatNothingEnds_leavesThatThreadAlone() throws Exception {
        StreamConnection connection = over(stubborn);
        stubborn.readsBegun.acquire();
        connection.abort();
        failureOf(connection.waitClosed());
        stubborn.closed.await();
        THREADS.awaitCount(1);
        stubborn.give("nobody reads this");
        THREADS.awaitNone();
        assertThat(stubborn.readCount.get()).isEqualTo(1);
    }

    @Test
    void closeDuringARead_endsIt_whereTheJdkCan() throws Exception {
        PipedInputStream in = new PipedInputStream();
        PipedOutputStream otherEnd = new PipedOutputStream(in);
        StreamConnection connection = over(in);
        otherEnd.write('x');
        get(connection.reader().readExactly(1));
        connection.abort();
        THREADS.awaitNone();
        otherEnd.close();
    }

    @Test
    void abortDuringAWrite_endsIt_andClosesTheStream() throws Exception {
        SlowOutput out = new SlowOutput();
        StreamConnection connection = streams.overBlocking(stubborn, out);
        connection.writer().write(Wire.pattern(1 << 20));
        CompletableFuture<Void> flushed = connection.writer().flush();
        out.begun.acquire();
        connection.abort();
        assertThat(failureOf(flushed)).isInstanceOf(StreamClosedException.class);
        stubborn.end();
        THREADS.awaitNone();
        assertThat(out.closeCount.get()).isEqualTo(1);
        assertThat(out.bytes()).isEmpty();
    }

    @Test
    void closeWithADeadline_becomesAnAbort_ifTheOutputTakesNothing() throws Exception {
        SlowOutput out = new SlowOutput();
        StreamConnection connection = streams.withLimits(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(50)))
                .overBlocking(stubborn, out);
        connection.writer().write(Wire.pattern(100_000));
        connection.close();
        assertThat(failureOf(connection.waitClosed())).hasMessageContaining("100000 bytes unsent");
    }

    @Test
    void loopsThatAreShutDown_endPendingReads_andTheThreads() throws Exception {
        var group = new io.netty.channel.MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        StreamConnection connection = NettyStreams.over(group).overBlocking(stubborn, new ByteArrayOutputStream());
        CompletableFuture<byte[]> line = connection.reader().readLine();
        stubborn.readsBegun.acquire();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        assertThat(failureOf(line)).isInstanceOf(StreamBrokenException.class);
        failureOf(connection.waitClosed());
        stubborn.end();
        THREADS.awaitNone();
    }

    @Test
    void detach_endsTheThreads_andLeavesTheStreamsOpen() throws Exception {
        SlowOutput out = new SlowOutput();
        StreamConnection connection = streams.overBlocking(stubborn, out);
        stubborn.give("unread");
        get(connection.reader().peek(6));
        out.permits.release();
        connection.writer().write(ascii("x"));
        assertThat(get(connection.detach())).isEqualTo(ascii("unread"));
        stubborn.give("the read under way");
        THREADS.awaitNone();
        assertThat(out.closeCount.get()).isZero();
        assertThat(stubborn.closed.getCount()).isEqualTo(1);
    }

    @Test
    void closedStreams_refuse() {
        streams.close();
        assertThatThrownBy(() -> over(stubborn)).isInstanceOf(StreamClosedException.class);
    }

    @Test
    void facts_areAName() {
        StreamConnection connection = over(stubborn);
        assertThat(connection.peerAddress()).isNull();
        assertThat(connection.writer().getExtraInfo("pipe")).asString().startsWith("pair-");
    }
}
