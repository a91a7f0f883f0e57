package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.support.AllocatedBytes;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** R3, R13: twice the input costs twice the work, however it is divided into chunks. */
class GrowthTest {
    private static final int FIRST_SIZE = 64 * 1024;
    private static final int LAST_SIZE = 1024 * 1024;

    /** Twice, and a tenth for what does not grow. */
    private static final double MOST = 2.2;

    private static final int ROUNDS = 3;
    private static final String LF = "\n";
    private static final String CRLF = "\r\n";
    private static final String AAAB = "aaab";
    private static final List<byte[]> ALIKE = Stream.of("aaab", "aac", "aaaac", "aad", "aaaad", "ae", "aaaae", "af")
            .map(Latin1::bytes)
            .toList();

    @FunctionalInterface
    interface Read {
        CompletableFuture<byte[]> begin(StreamReader reader, int byteCount);
    }

    private static final Read READ_EXACTLY = StreamReader::readExactly;

    /**
     * @param filler fills the input before its ending
     * @param chunks the sizes of its chunks, which repeat
     * @param isBuffered true if the read is called when everything has arrived
     */
    record Case(String name, char filler, String ending, List<Integer> chunks, boolean isBuffered, Read read) {
        @Override
        public String toString() {
            return name + (isBuffered ? " behind" : " before") + " chunks of " + chunks;
        }
    }

    private record Work(int byteCount, long examinedByteCount, long allocatedByteCount) {}

    private static Stream<Case> cases(boolean isBuffered, List<Integer> chunks) {
        return Stream.of(
                new Case("readLine", 'x', LF, chunks, isBuffered, (r, size) -> r.readLine(LineEnding.LF, size)),
                new Case(
                        "strict readLine",
                        'x',
                        CRLF,
                        chunks,
                        isBuffered,
                        (r, size) -> r.readLine(LineEnding.CRLF, size)),
                new Case(
                        "readUntil",
                        'a',
                        AAAB,
                        chunks,
                        isBuffered,
                        (r, size) -> r.readUntil(List.of(Latin1.bytes(AAAB)), size)),
                new Case("readUntil of 8", 'a', AAAB, chunks, isBuffered, (r, size) -> r.readUntil(ALIKE, size)),
                new Case("readAll", 'x', LF, chunks, isBuffered, StreamReader::readAll),
                new Case("readExactly", 'x', LF, chunks, isBuffered, READ_EXACTLY));
    }

    static Stream<Case> cases() {
        return IntStream.of(1, 7, 1000)
                .boxed()
                .flatMap(each -> Stream.of(false, true).flatMap(isBuffered -> cases(isBuffered, List.of(each))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void work_growsAsTheInput(Case read) {
        Work before = leastWork(read, FIRST_SIZE);
        for (int size = 2 * FIRST_SIZE; size <= LAST_SIZE; size *= 2) {
            Work work = leastWork(read, size);
            assertThat(work.examinedByteCount).isLessThanOrEqualTo(size);
            assertThat((double) work.allocatedByteCount)
                    .as("%s after %s", work, before)
                    .isLessThanOrEqualTo(MOST * before.allocatedByteCount);
            before = work;
        }
    }

    /**
     * Large chunks stay in the transport's memory, and their sum jumps over the sizes of the array. The array grows by
     * doubling: all arrays together take twice the input, and the result once more.
     */
    @ParameterizedTest
    @MethodSource("largeChunks")
    void largeChunks_takeAFewTimesTheirSize(Case read) {
        for (int size = FIRST_SIZE; size <= LAST_SIZE; size *= 2) {
            assertThat(leastWork(read, size).allocatedByteCount).isLessThanOrEqualTo(4L * size);
        }
    }

    static Stream<Case> largeChunks() {
        return Stream.of(List.of(9000), List.of(9000, 1), List.of(1, 1, 9000))
                .flatMap(chunks -> Stream.of(false, true)
                        .map(isBuffered -> new Case("readExactly", 'x', LF, chunks, isBuffered, READ_EXACTLY)));
    }

    private static Work leastWork(Case read, int size) {
        byte[] input = new byte[size];
        Arrays.fill(input, (byte) read.filler);
        byte[] ending = Latin1.bytes(read.ending);
        System.arraycopy(ending, 0, input, size - ending.length, ending.length);
        Work least = work(read, input);
        for (int i = 1; i < ROUNDS; i++) {
            Work next = work(read, input);
            least = next.allocatedByteCount < least.allocatedByteCount ? next : least;
        }
        return least;
    }

    private static Work work(Case read, byte[] input) {
        Bench bench = Bench.withReadLimit(LAST_SIZE);
        WindowChunk chunk = new WindowChunk(input);
        AllocatedBytes allocated = AllocatedBytes.ofCaller();
        long before = allocated.soFar();
        CompletableFuture<byte[]> result =
                read.isBuffered ? null : bench.read(reader -> read.read.begin(reader, input.length));
        bench.loop.run(() -> arrive(bench.wire, chunk, read.chunks, input.length));
        if (result == null) {
            result = bench.read(reader -> read.read.begin(reader, input.length));
        }
        bench.wire.eof();
        long allocatedByteCount = allocated.since(before);
        assertThat(Outcomes.value(result)).isEqualTo(input);
        return new Work(input.length, bench.reader.core.input.examinedByteCount(), allocatedByteCount);
    }

    private static void arrive(ScriptedTransport wire, WindowChunk chunk, List<Integer> chunks, int byteCount) {
        int at = 0;
        for (int i = 0; at < byteCount; i++) {
            int next = Math.min(byteCount - at, chunks.get(i % chunks.size()));
            wire.events().dataReceived(chunk.over(at, next));
            wire.events().turnEnded();
            at += next;
        }
    }
}
