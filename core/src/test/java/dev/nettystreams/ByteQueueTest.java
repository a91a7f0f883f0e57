package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The queue and its search, compared with a naive model. */
class ByteQueueTest {
    private static final int ROUNDS = Integer.getInteger("queue.rounds", 20_000);

    private final long seed = Long.getLong("queue.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final ScriptedTransport chunks = new ScriptedTransport();

    /** The search finds the smallest end of any separator, and the length of the shortest one that ends there. */
    @Test
    void indexAfter_grownInAnyPieces_isTheSmallestEnd() {
        for (int round = 0; round < ROUNDS; round++) {
            List<byte[]> separators = randomSeparators();
            byte[] message = randomBytes(random.nextInt(40));
            ByteQueue queue = new ByteQueue();
            Separators compiled = Separators.of(separators);
            int from = 0;
            while (from < message.length) {
                int to = Math.min(message.length, from + 1 + random.nextInt(5));
                append(queue, Arrays.copyOfRange(message, from, to));
                from = to;
                compare(queue, compiled, separators, Arrays.copyOf(message, to), round);
            }
        }
    }

    private void compare(ByteQueue queue, Separators compiled, List<byte[]> separators, byte[] bytes, int round) {
        int end = queue.indexAfter(compiled);
        String context = "seed " + seed + ", round " + round + ", bytes " + Arrays.toString(bytes) + ", separators "
                + separators.stream().map(Arrays::toString).toList();
        assertThat(end).as(context).isEqualTo(naiveEnd(bytes, separators));
        if (end >= 0) {
            assertThat(queue.matchedLength(compiled)).as(context).isEqualTo(naiveLength(bytes, end, separators));
        }
    }

    /** After any operations, the queue holds the same bytes as a list. */
    @Test
    void queue_afterAnyOperations_holdsWhatAListWould() {
        for (int round = 0; round < ROUNDS / 20; round++) {
            ByteQueue queue = new ByteQueue();
            List<Byte> model = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                apply(random.nextInt(6), queue, model);
                assertThat(queue.peek(queue.size()))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(array(model));
            }
        }
    }

    private void apply(int operation, ByteQueue queue, List<Byte> model) {
        int byteCount = model.isEmpty() ? 0 : random.nextInt(model.size() + 1);
        List<Byte> front = model.subList(0, byteCount);
        byte[] bytes = randomBytes(random.nextInt(400));
        switch (operation) {
            case 0, 1 -> {
                append(queue, bytes);
                model.addAll(list(bytes));
            }
            case 2 -> {
                assertThat(queue.take(byteCount)).isEqualTo(array(front));
                front.clear();
            }
            case 3 -> {
                queue.drop(byteCount);
                front.clear();
            }
            default -> {
                ByteBuffer target = ByteBuffer.allocate(byteCount);
                queue.takeInto(target, byteCount);
                assertThat(target.array()).isEqualTo(array(front));
                front.clear();
            }
        }
    }

    @Test
    void byteScan_findsTheFirst_atEveryAlignment() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            int from = random.nextInt(bytes.length + 1);
            int to = from + random.nextInt(bytes.length - from + 1);
            byte wanted = random.nextBoolean() && to > from ? bytes[from + random.nextInt(to - from)] : 0;
            int expected = -1;
            for (int i = from; i < to && expected < 0; i++) {
                expected = bytes[i] == wanted ? i : -1;
            }
            assertThat(ByteScan.indexOf(bytes, from, to, wanted))
                    .as("seed %d: %d in %s from %d to %d", seed, wanted, Arrays.toString(bytes), from, to)
                    .isEqualTo(expected);
        }
    }

    @Test
    void separators_withEveryByteValue_stillMatch() {
        byte[] all = new byte[256];
        for (int i = 0; i < 256; i++) {
            all[i] = (byte) i;
        }
        ByteQueue queue = new ByteQueue();
        append(queue, new byte[] {7, 8});
        append(queue, all);
        assertThat(queue.indexAfter(Separators.of(List.of(all)))).isEqualTo(258);
    }

    private List<byte[]> randomSeparators() {
        List<byte[]> separators = new ArrayList<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            separators.add(randomBytes(1 + random.nextInt(4)));
        }
        return separators;
    }

    /** Returns bytes of two values only, so that separators overlap themselves and one another. */
    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(2));
        }
        return bytes;
    }

    private void append(ByteQueue queue, byte[] bytes) {
        queue.append(chunks.chunk(bytes));
    }

    private static int naiveEnd(byte[] bytes, List<byte[]> separators) {
        for (int end = 1; end <= bytes.length; end++) {
            if (naiveLength(bytes, end, separators) > 0) {
                return end;
            }
        }
        return -1;
    }

    private static int naiveLength(byte[] bytes, int end, List<byte[]> separators) {
        return separators.stream()
                .filter(each ->
                        each.length <= end && Arrays.equals(Arrays.copyOfRange(bytes, end - each.length, end), each))
                .mapToInt(each -> each.length)
                .min()
                .orElse(0);
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>();
        for (byte b : bytes) {
            list.add(b);
        }
        return list;
    }

    private static byte[] array(List<Byte> list) {
        byte[] bytes = new byte[list.size()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = list.get(i);
        }
        return bytes;
    }

    @Test
    void append_ofAQueueThatWasReadFrom_movesWhatIsLeftOfIt() {
        ScriptedTransport wire = new ScriptedTransport();
        ByteQueue queue = new ByteQueue();
        ByteQueue later = new ByteQueue();
        queue.append(wire.chunk("one "));
        later.append(wire.chunk("gone two"));
        later.drop(5);
        queue.append(later);
        assertThat(new String(queue.take(queue.size()), java.nio.charset.StandardCharsets.US_ASCII))
                .isEqualTo("one two");
        assertThat(later.isEmpty()).isTrue();
        assertThat(later.capacity()).isZero();
    }
}
