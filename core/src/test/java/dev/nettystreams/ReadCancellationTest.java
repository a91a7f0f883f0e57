package dev.nettystreams;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** R7: a cancelled read consumes no bytes. */
class ReadCancellationTest {
    private static final List<Function<StreamReader, CompletableFuture<?>>> READS = List.of(
            r -> r.read(9),
            r -> r.read(-1),
            r -> r.readExactly(4),
            r -> r.readLine(),
            r -> r.readLine(LineEnding.CRLF),
            r -> r.readUntil(Latin1.bytes("b"), Latin1.bytes("\n")),
            r -> r.readAll(100),
            r -> r.peek(4),
            r -> r.skip(4),
            r -> r.readInto(ByteBuffer.allocate(9)),
            r -> r.text(ISO_8859_1).readLine(),
            r -> r.text(ISO_8859_1).readLine(LineEnding.CRLF, 9),
            r -> r.text(ISO_8859_1).read(9),
            r -> r.text(ISO_8859_1).readExactly(4),
            r -> r.text(ISO_8859_1).readAll(100),
            r -> r.numbers(ByteOrder.BIG_ENDIAN).readUnsignedInt());

    @Test
    void cancelledRead_takesNothing() {
        for (Function<StreamReader, CompletableFuture<?>> call : READS) {
            Bench bench = new Bench();
            CompletableFuture<?> read = bench.onLoop(() -> call.apply(bench.reader));
            assertThat(read.cancel(false)).isTrue();
            bench.wire.feed("a\r\nb\n");
            assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("a\r\nb\n");
        }
    }

    /** The caller cancels at any moment of an arrival: either it is too late, or no byte has moved. */
    @Test
    void cancelInTheMiddleOfAnArrival_winsWholly_orNotAtAll() {
        for (Function<StreamReader, CompletableFuture<?>> call : READS) {
            for (int moment = 0; moment < 6; moment++) {
                assertWinsWholly_orNotAtAll(call, moment);
            }
        }
    }

    private static void assertWinsWholly_orNotAtAll(Function<StreamReader, CompletableFuture<?>> call, int moment) {
        Bench bench = new Bench();
        CompletableFuture<?> read = bench.onLoop(() -> call.apply(bench.reader));
        AtomicInteger uses = new AtomicInteger();
        List<Boolean> answers = new ArrayList<>();
        bench.wire.beforeUse = () -> {
            if (uses.getAndIncrement() == moment) {
                answers.add(read.cancel(false));
            }
        };
        bench.wire.feed("a\r\nb\n");
        assertThat(answers.contains(true)).isEqualTo(read.isCancelled());
        if (!read.isDone()) {
            assertThat(read.cancel(false)).isTrue(); // it was waiting for the end of input
        }
        String left = Outcomes.text(bench.read(StreamReader::readAvailable));
        if (read.isCancelled()) {
            assertThat(left).isEqualTo("a\r\nb\n");
        } else if (read.join() instanceof byte[] bytes) {
            assertThat(Outcomes.text(CompletableFuture.completedFuture(bytes)) + left)
                    .startsWith("a\r\nb");
        } else if (read.join() instanceof String text) {
            assertThat("a\r\nb\n").startsWith(text).endsWith(left);
        } else if (read.join() instanceof Long number) { // of readUnsignedInt
            assertThat(number).isEqualTo(0x610d0a62L);
            assertThat(left).isEqualTo("\n");
        } else {
            assertThat((int) read.join() + left.length()).isEqualTo(5);
        }
    }

    /** Every method by which a caller can complete a read claims it first. */
    @Test
    void completionByTheCaller_afterTheLoopsClaim_isTooLate() {
        List<Consumer<CompletableFuture<byte[]>>> ways = List.of(
                read -> read.cancel(true),
                read -> read.complete(Latin1.bytes("made up")),
                read -> read.completeExceptionally(new TimeoutException()),
                read -> read.completeAsync(() -> Latin1.bytes("made up"), Runnable::run),
                read -> read.completeAsync(
                        () -> {
                            throw new IllegalStateException();
                        },
                        Runnable::run));
        for (Consumer<CompletableFuture<byte[]>> way : ways) {
            Bench bench = new Bench();
            CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(4));
            bench.wire.beforeTake = () -> way.accept(read);
            bench.wire.feed("data");
            assertThat(Outcomes.text(read)).isEqualTo("data");
        }
    }

    /** The next read is already pending when the loop looks: it gets the bytes. */
    @Test
    void cancelBeforeTheLoopLooks_servesTheReadThatFollowed() {
        Bench bench = new Bench();
        bench.wire.feed("d");
        CompletableFuture<byte[]> first = bench.read(r -> r.readExactly(4));
        List<CompletableFuture<byte[]>> second = new ArrayList<>();
        bench.wire.beforeTake = () -> {
            first.cancel(false);
            second.add(bench.reader.readExactly(4));
            bench.wire.beforeTake = () -> {};
        };
        bench.wire.feed("ata");
        assertThat(Outcomes.text(second.get(0))).isEqualTo("data");
    }

    @Test
    void failureOfNothing_isRefused_andLeavesTheReadWaiting() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(4));
        assertThatNullPointerException().isThrownBy(() -> read.completeExceptionally(null));
        bench.wire.feed("data");
        assertThat(Outcomes.text(read)).isEqualTo("data");
    }

    /** A gap in the stream would be worse than its end. */
    @Test
    void arrivalThatCannotBeTaken_failsTheReadAndReachesTheTransport() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.read(4));
        bench.wire.beforeTake = () -> {
            throw new IllegalStateException("no memory for it");
        };
        assertThatIllegalStateException().isThrownBy(() -> bench.wire.feed("data"));
        Outcomes.failure(IllegalStateException.class, read);
    }

    @Test
    void cancelledForEachLine_leavesEveryByteToTheNextRead() {
        Bench bench = new Bench();
        List<String> seen = new ArrayList<>();
        CompletableFuture<Void> loop = bench.read(r -> r.forEachLine(line -> {
            seen.add(Outcomes.text(CompletableFuture.completedFuture(line)));
            return null;
        }));
        bench.wire.feed("one\ntw");
        loop.cancel(false);
        CompletableFuture<byte[]> next = bench.read(StreamReader::readLine);
        bench.wire.feed("o\n");
        assertThat(seen).containsExactly("one\n");
        assertThat(Outcomes.text(next)).isEqualTo("two\n");
    }

    @Test
    void cancelledReadInto_leavesThePosition() {
        Bench bench = new Bench();
        ByteBuffer target = ByteBuffer.allocate(9);
        CompletableFuture<Integer> read = bench.read(r -> r.readInto(target));
        read.cancel(false);
        bench.wire.feed("abc");
        assertThat(target.position()).isZero();
        assertThat(bench.reader.core.input.bufferedByteCount()).isEqualTo(3);
    }

    @Test
    void timedOutRead_takesNothing() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.readExactly(4));
        bench.wire.feed("ab");
        read.completeExceptionally(new TimeoutException());
        bench.wire.feed("cd");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("abcd");
    }

    @Test
    void readCompletedByItsCaller_takesNothing() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.read(4));
        read.complete(Latin1.bytes("made up"));
        bench.wire.feed("real");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("real");
    }

    @Test
    void cancelledRead_letsTheNextOneWaitAtOnce() {
        Bench bench = new Bench();
        bench.read(r -> r.readExactly(9)).cancel(false);
        CompletableFuture<byte[]> next = bench.read(r -> r.read(9));
        bench.wire.feed("x");
        assertThat(Outcomes.text(next)).isEqualTo("x");
    }

    @Test
    void cancelledRead_fromAnotherThread_beforeTheLoopSawIt_takesNothing() {
        Bench bench = new Bench();
        bench.wire.feed("data");
        CompletableFuture<byte[]> read = bench.reader.read(9);
        read.cancel(false);
        bench.loop.runReady();
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("data");
    }

    @Test
    void orTimeout_isOneMoreCanceller() {
        Bench bench = new Bench();
        CompletableFuture<byte[]> read = bench.read(r -> r.read(1)).orTimeout(1, TimeUnit.NANOSECONDS);
        bench.loop.advance(Duration.ofNanos(1));
        Outcomes.failure(TimeoutException.class, read);
        bench.wire.feed("data");
        assertThat(Outcomes.text(bench.read(r -> r.read(9)))).isEqualTo("data");
    }
}
