package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.spi.Block;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of the array and of held blocks are one sequence, and each block is given back once. */
class HeldBlocksTest {
    private static final int LARGE = 10_000;

    private final ByteQueue queue = new ByteQueue();
    private final List<CountedBlock> blocks = new ArrayList<>();
    private byte[] expected = {};

    private void hold(byte[] bytes) {
        CountedBlock block = new CountedBlock(bytes);
        blocks.add(block);
        queue.hold(block);
        expect(bytes);
    }

    private void append(byte[] bytes) {
        queue.append(new ScriptedTransport().chunk(bytes));
        expect(bytes);
    }

    private void holdChunk(byte[] bytes) {
        queue.hold(new ScriptedTransport().chunk(bytes));
        expect(bytes);
    }

    private void expect(byte[] bytes) {
        byte[] before = expected;
        expected = Arrays.copyOf(before, before.length + bytes.length);
        System.arraycopy(bytes, 0, expected, before.length, bytes.length);
    }

    private void assertTaken(byte[] taken) {
        assertThat(taken).isEqualTo(Arrays.copyOf(expected, taken.length));
        expected = Arrays.copyOfRange(expected, taken.length, expected.length);
        assertThat(queue.size()).isEqualTo(expected.length);
    }

    private static byte[] random(Random random, int byteCount) {
        byte[] bytes = new byte[byteCount];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] toArray(Block block) {
        byte[] bytes = new byte[block.byteCount()];
        block.bytes().get(bytes);
        block.release();
        return bytes;
    }

    /** Every method, in a random order. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void sequenceIsKept(int seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5000; i++) {
            int some = random.nextInt(1 + Math.min(expected.length, 2 * LARGE));
            switch (random.nextInt(9)) {
                case 0 -> hold(random(random, 1 + random.nextInt(LARGE)));
                case 1 -> append(random(random, random.nextInt(2000)));
                case 2 -> assertTaken(queue.take(some));
                case 3 -> {
                    ByteBuffer target = ByteBuffer.allocate(some);
                    queue.takeInto(target, some);
                    assertTaken(target.array());
                }
                case 4 -> {
                    queue.drop(some);
                    assertTaken(Arrays.copyOf(expected, some));
                }
                case 5 -> {
                    if (expected.length > 0) {
                        assertTaken(toArray(queue.takeBlock(1 + some)));
                    }
                }
                case 6 -> holdChunk(random(random, random.nextInt(2 * LARGE)));
                case 7 -> assertThat(queue.peek(some)).isEqualTo(Arrays.copyOf(expected, some));
                default -> {
                    if (random.nextInt(5) == 0) {
                        queue.flatten();
                        int at = queue.indexAfter(Separators.LF);
                        assertThat(at).isEqualTo(Latin1.text(expected).indexOf('\n') + (at < 0 ? 0 : 1));
                    } else {
                        ByteQueue all = new ByteQueue();
                        all.append(queue);
                        queue.append(all);
                    }
                }
            }
            if (expected.length > 100_000) {
                assertTaken(queue.take(expected.length));
            }
        }
        assertTaken(queue.take(expected.length));
        assertThat(blocks).allMatch(block -> block.releaseCount() == 1);
    }

    @Test
    void wholeBlock_isHandedOut_withoutACopy() {
        hold(new byte[LARGE]);
        Block taken = queue.takeBlock(LARGE);
        assertThat(taken).isSameAs(blocks.get(0));
        assertThat(queue.isEmpty()).isTrue();
        assertThat(blocks.get(0).releaseCount()).isZero();
    }

    /** The rest of a large arrival is often small; it must not cost a copy of the large part. */
    @Test
    void smallChunk_behindAHeldBlock_leavesTheBlockWhereItIs() {
        hold(new byte[LARGE]);
        holdChunk(new byte[] {1, 2, 3});
        assertThat(blocks.get(0).releaseCount()).isZero();
        assertThat(queue.capacity()).isZero();
        assertThat(queue.takeBlock(LARGE)).isSameAs(blocks.get(0));
        assertTaken(new byte[LARGE]);
        assertTaken(queue.take(3));
    }

    @Test
    void flattened_holdsNoBlock_andKeepsTheBytes() {
        append(new byte[] {1, 2});
        hold(new byte[LARGE]);
        queue.take(1);
        queue.flatten();
        assertThat(blocks.get(0).releaseCount()).isEqualTo(1);
        assertThat(queue.size()).isEqualTo(LARGE + 1);
        assertThat(queue.peek(2)).containsExactly(2, 0);
    }

    /** However much comes while nobody reads, no more than four blocks are kept from the transport. */
    @Test
    void blocksAreFew() {
        for (int i = 0; i < 100; i++) {
            hold(new byte[LARGE]);
        }
        assertThat(blocks.stream().filter(block -> block.releaseCount() == 0)).hasSizeLessThanOrEqualTo(4);
        assertTaken(queue.take(expected.length));
    }

    /** Bytes that nobody has read when the connection ends can be read later; the transport's memory is given back. */
    @Test
    void endOfTheConnection_givesTheBlocksBack() {
        ScriptedTransport wire = new ScriptedTransport();
        StreamConnection connection = wire.connect();
        byte[] bytes = random(new Random(9), LARGE);
        CountedBlock block = new CountedBlock(bytes);
        wire.feedHeld(block);
        assertThat(block.releaseCount()).isZero();
        wire.lose(null);
        assertThat(block.releaseCount()).isEqualTo(1);
        wire.loop.run(() -> assertThat(connection.reader().read(LARGE).join()).isEqualTo(bytes));
    }
}
