package dev.nettystreams;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** {@link NumberReader} and {@link NumberWriter}. */
class NumbersTest {
    private static final List<ByteOrder> ORDERS = List.of(BIG_ENDIAN, LITTLE_ENDIAN);

    private static ByteBuffer everyKind(ByteOrder order) {
        return ByteBuffer.allocate(34)
                .order(order)
                .put((byte) -2)
                .put((byte) -2)
                .putShort((short) -3)
                .putShort((short) -3)
                .putInt(-4)
                .putInt(-4)
                .putLong(Long.MIN_VALUE + 5)
                .putFloat(-1.5f)
                .putDouble(Math.PI)
                .flip();
    }

    @Test
    void orderOfNull_isRefused() {
        Bench bench = new Bench();
        assertThatNullPointerException()
                .isThrownBy(() -> bench.reader.numbers(null))
                .withMessage("order");
        assertThatNullPointerException()
                .isThrownBy(() -> bench.writer.numbers(null))
                .withMessage("order");
    }

    @Test
    void reads_inBothOrders_whateverTheChunks() {
        for (ByteOrder order : ORDERS) {
            for (int chunkBytes = 1; chunkBytes <= 34; chunkBytes++) {
                Bench bench = new Bench();
                Feed feed = new Feed(bench, everyKind(order).array(), chunkBytes);
                NumberReader numbers = bench.reader.numbers(order);
                assertThat(feed.read(numbers, NumberReader::readByte)).isEqualTo((byte) -2);
                assertThat(feed.read(numbers, NumberReader::readUnsignedByte)).isEqualTo(254);
                assertThat(feed.read(numbers, NumberReader::readShort)).isEqualTo((short) -3);
                assertThat(feed.read(numbers, NumberReader::readUnsignedShort)).isEqualTo(65533);
                assertThat(feed.read(numbers, NumberReader::readInt)).isEqualTo(-4);
                assertThat(feed.read(numbers, NumberReader::readUnsignedInt)).isEqualTo(4294967292L);
                assertThat(feed.read(numbers, NumberReader::readLong)).isEqualTo(Long.MIN_VALUE + 5);
                assertThat(feed.read(numbers, NumberReader::readFloat)).isEqualTo(-1.5f);
                assertThat(feed.read(numbers, NumberReader::readDouble)).isEqualTo(Math.PI);
                assertThat(bench.reader.core.input.bufferedByteCount()).isZero();
            }
        }
    }

    /** Feeds a pending read chunk by chunk. */
    private record Feed(Bench bench, ByteBuffer bytes, int chunkBytes) {
        Feed(Bench bench, byte[] bytes, int chunkBytes) {
            this(bench, ByteBuffer.wrap(bytes), chunkBytes);
        }

        <T> T read(NumberReader numbers, Function<NumberReader, CompletableFuture<T>> call) {
            CompletableFuture<T> read = bench.onLoop(() -> call.apply(numbers));
            while (!read.isDone()) {
                byte[] chunk = new byte[Math.min(chunkBytes, bytes.remaining())];
                bytes.get(chunk);
                bench.wire.feed(chunk);
                bench.loop.runReady();
            }
            return Outcomes.value(read);
        }
    }

    @Test
    void endWithinANumber_isIncomplete() {
        Bench bench = new Bench();
        bench.wire.feed(new byte[] {1, 2, 3});
        CompletableFuture<Integer> read =
                bench.onLoop(() -> bench.reader.numbers(BIG_ENDIAN).readInt());
        bench.run(bench.wire::eof);
        IncompleteReadException e = Outcomes.failure(IncompleteReadException.class, read);
        assertThat(e.partial()).containsExactly(1, 2, 3);
        assertThat(e.expected()).isEqualTo(4);
    }

    @Test
    void secondRead_isRefused_byName() {
        Bench bench = new Bench();
        CompletableFuture<Long> read =
                bench.onLoop(() -> bench.reader.numbers(BIG_ENDIAN).readLong());
        assertThat(catchThrowable(() -> bench.onLoop(() -> bench.reader.readLine())))
                .isInstanceOf(ConcurrentReadException.class)
                .hasMessageContaining("readLong()");
        assertThat(read).isNotDone();
    }

    @Test
    void writes_inBothOrders() {
        for (ByteOrder order : ORDERS) {
            Bench bench = new Bench();
            bench.run(() -> bench.writer
                    .numbers(order)
                    .writeByte(-2)
                    .writeByte(254)
                    .writeShort(-3)
                    .writeShort(65533)
                    .writeInt(-4)
                    .writeUnsignedInt(4294967292L)
                    .writeLong(Long.MIN_VALUE + 5)
                    .writeFloat(-1.5f)
                    .writeDouble(Math.PI));
            assertThat(Latin1.bytes(bench.wire.writtenText()))
                    .isEqualTo(everyKind(order).array());
        }
    }

    @Test
    void numberOutOfRange_isRefused_andWritesNothing() {
        Bench bench = new Bench();
        NumberWriter numbers = bench.writer.numbers(BIG_ENDIAN);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> numbers.writeByte(256))
                .withMessage("number out of -128..255: 256");
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.writeByte(-129));
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.writeShort(65536));
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.writeShort(-32769));
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.writeUnsignedInt(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.writeUnsignedInt(1L << 32));
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEmpty();
    }
}
