package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.AllocationBench.Arrival;
import dev.nettystreams.AllocationBench.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R13: an operation allocates the array that it hands out, and a few small objects, however many bytes it moves.
 *
 * <p>The bounds contain a future of a loop with a clock of its own (24 to 48 bytes), which the manual loop has and
 * Netty's loops have not. They hold in the interpreter and without compressed references, where objects are largest.
 */
class AllocationTest {
    private static final List<Integer> SIZES = List.of(16, 1024, 64 * 1024);
    private static final String LF = "\n";
    private static final String CRLF = "\r\n";
    private static final String AAB = "aab";

    /** The smallest chunk that is kept in its own memory when no read waits for it. */
    private static final int HELD_BYTES = 8 * 1024;

    /** How many arrays with a round's bytes an operation may allocate. */
    @FunctionalInterface
    interface ArrayCount {
        int of(Caller caller, int size, Arrival arrival);
    }

    private static final ArrayCount NONE = (caller, size, arrival) -> 0;
    private static final ArrayCount ONE = (caller, size, arrival) -> 1;
    private static final ArrayCount TWO = (caller, size, arrival) -> 2;

    /** Bytes that wait for a call are copied if they are few. */
    private static final ArrayCount IF_FEW_WAIT =
            (caller, size, arrival) -> arrival == Arrival.BEFORE_THE_CALL && size < HELD_BYTES ? 1 : 0;

    /** W9: the loop's own thread writes to the transport at once; the bytes of other threads wait in one copy. */
    private static final ArrayCount OFF_THE_LOOP = (caller, size, arrival) -> caller == Caller.LOOP ? 0 : 1;

    /**
     * @param boundBytes the bound of the small objects together
     * @param ending the last bytes of a round; its first byte fills the rest, if that ends no line
     */
    record Row(String name, ArrayCount arrays, int boundBytes, String ending, Operation operation) {
        byte[] bytes(int size) {
            byte[] bytes = new byte[size];
            byte[] last = Latin1.bytes(ending);
            Arrays.fill(bytes, last[0] < ' ' ? (byte) 'x' : last[0]);
            System.arraycopy(last, 0, bytes, size - last.length, last.length);
            return bytes;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Row row(String name, ArrayCount arrays, int boundBytes, Operation operation) {
        return new Row(name, arrays, boundBytes, AAB, operation);
    }

    /** Separators that begin alike, and bytes that begin each of them again and again. */
    private static Row readUntil(int count) {
        List<byte[]> separators = IntStream.range(0, count)
                .mapToObj(i -> new byte[] {'a', 'a', (byte) ('b' + i)})
                .toList();
        return row("readUntil of " + count, ONE, 384, bench -> bench.reader.readUntil(separators, bench.bytes.length));
    }

    private static final List<Row> READS = List.of(
            new Row("readLine", ONE, 384, LF, bench -> bench.reader.readLine()),
            new Row("readLine, strict", ONE, 384, CRLF, bench -> bench.reader.readLine(LineEnding.CRLF)),
            row("read", ONE, 384, bench -> bench.reader.read(bench.bytes.length)),
            row("readExactly", ONE, 384, bench -> bench.reader.readExactly(bench.bytes.length)),
            readUntil(1),
            readUntil(2),
            readUntil(8),
            row(
                    "peek, read",
                    TWO,
                    704,
                    bench -> bench.reader
                            .peek(bench.bytes.length)
                            .thenCompose(peeked -> bench.reader.read(bench.bytes.length))),
            row("readInto", NONE, 384, bench -> bench.reader.readInto(bench.buffer)),
            row("borrow", IF_FEW_WAIT, 384, bench -> bench.reader.borrow(bench.bytes.length)),
            row("skip", NONE, 384, bench -> bench.reader.skip(bench.bytes.length)));

    private static final List<Row> WRITES = List.of(
            write("write of an array", OFF_THE_LOOP, bench -> bench.writer.write(bench.bytes)),
            write("write of a buffer", OFF_THE_LOOP, bench -> bench.writer.write(bench.buffer)),
            write("write of a direct buffer", ONE, bench -> bench.writer.write(bench.directBuffer)),
            write("write of borrowed bytes", NONE, bench -> bench.writer.write(bench.borrowed)),
            row("drain", NONE, 48, bench -> bench.writer.drain()));

    private static Row write(String name, ArrayCount arrays, Consumer<AllocationBench> write) {
        return row(name, arrays, 384, bench -> {
            write.accept(bench);
            return CompletedFuture.done();
        });
    }

    private static Stream<Arguments> cases(List<Row> rows, Arrival... arrivals) {
        return Caller.all()
                .flatMap(caller -> rows.stream()
                        .flatMap(row -> Arrays.stream(arrivals)
                                .flatMap(arrival ->
                                        SIZES.stream().map(size -> Arguments.of(caller, row, size, arrival)))));
    }

    static Stream<Arguments> reads() {
        return cases(READS, Arrival.BEFORE_THE_CALL, Arrival.BEHIND_THE_CALL);
    }

    static Stream<Arguments> writes() {
        return cases(WRITES, Arrival.NEVER);
    }

    @ParameterizedTest
    @MethodSource({"reads", "writes"})
    void operation_allocatesItsArrays_andABoundThatIsIndependentOfItsSize(
            Caller caller, Row row, int size, Arrival arrival) {
        AllocationBench bench = new AllocationBench(row.bytes(size), arrival, row.operation());
        long arrayByteCount = (long) size * row.arrays().of(caller, size, arrival);
        long allocated = caller.medianByteCount(bench);
        assertThat(allocated).isLessThanOrEqualTo(arrayByteCount + row.boundBytes());
    }
}
