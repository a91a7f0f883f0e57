package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.support.AllocatedBytes;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** W9: a large write is copied once, into one block of the loop's, and an idle connection holds no memory. */
@ExtendWith(NoLeaks.class)
class WrittenMemoryTest {
    private static final int BLOCK_BYTES = LoopBlocks.BLOCK_BYTES;
    private static final byte[] BLOCK = Wire.pattern(BLOCK_BYTES);
    private static final int CONNECTIONS = 20;
    private static final int ROUNDS = 20;

    /** Fewer than the operations that one turn may complete at once. */
    private static final int DRAINS_PER_TURN = 100;

    /** Objects for one write: much less than a copy of it. */
    private static final int MOST_BYTES = 2048;

    /** Memory of the connections that no loop owns: unpooled, so that each buffer counts until its release. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    private final ConnectOptions ofClients = ConnectOptions.DEFAULT.withChannel(this::useAllocator);

    private void useAllocator(Channel channel) {
        channel.config().setAllocator(allocator);
    }

    private long allocatorByteCount() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    /** A client whose other memory than the loop's is the allocator's. */
    private StreamConnection connect(Wire.Served served) throws Exception {
        return get(
                served.wire().isUnix()
                        ? served.streams().openUnixConnection(served.path(), ofClients)
                        : served.streams()
                                .openConnection("127.0.0.1", served.server().port(), ofClients));
    }

    private static LoopBlocks blocksOf(StreamConnection connection) throws Exception {
        return channelOf(connection).eventLoop().submit(LoopBlocks::ofLoop).get();
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void idleConnections_holdNoMemory(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, Wire.ECHO, ServerOptions.DEFAULT.withChannel(this::useAllocator));
            List<StreamConnection> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                StreamConnection client = connect(served);
                clients.add(client);
                client.writer().write(BLOCK, 0, 100);
                get(client.reader().readExactly(100));
                client.writer().write(BLOCK);
                client.writer().write(ByteBuffer.wrap(BLOCK));
                client.writer().write(ByteBuffer.allocateDirect(BLOCK_BYTES));
                get(client.reader().readExactly(3 * BLOCK_BYTES));
            }
            LoopBlocks blocks = blocksOf(clients.get(0));
            Channel channel = channelOf(clients.get(0));
            awaitTrue(() -> blocks.takenCount() == 0
                    && on(channel, () -> blocks.gathering().lentCount()) == 0
                    && allocatorByteCount() == 0); // released a moment after the bytes have arrived
            clients.forEach(StreamConnection::close);
        }
    }

    private static <T> T on(Channel channel, Callable<T> question) throws Exception {
        return channel.eventLoop().submit(question).get();
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            if (Thread.interrupted()) {
                throw new AssertionError("memory is held");
            }
        }
    }

    /** Memory that a write has taken. */
    private record Taken(long blockCount, long allocatorByteCount, long heapByteCount) {}

    private Taken taken(StreamConnection client, LoopBlocks blocks, AllocatedBytes allocated, ByteBuffer source) {
        long blockCount = blocks.takenCount();
        long otherByteCount = allocatorByteCount();
        long before = allocated.soFar();
        client.writer().write(source);
        long heapByteCount = allocated.since(before);
        return new Taken(blocks.takenCount() - blockCount, allocatorByteCount() - otherByteCount, heapByteCount);
    }

    /** The thread that writes. */
    enum Writer {
        LOOP,
        CARRIED,
        ELSEWHERE
    }

    /** Writes, and looks while the loop cannot send anything. */
    private Taken taken(Writer writer, StreamConnection client, LoopBlocks blocks, Thread loop, ByteBuffer source)
            throws Exception {
        Channel channel = channelOf(client);
        return switch (writer) {
            case LOOP -> on(channel, () -> taken(client, blocks, AllocatedBytes.ofCaller(), source));
            case CARRIED ->
                get(Await.onEventLoop(client, () -> taken(client, blocks, AllocatedBytes.of(loop), source)));
            case ELSEWHERE -> {
                CountDownLatch isHeld = new CountDownLatch(1);
                CountDownLatch goOn = new CountDownLatch(1);
                channel.eventLoop().execute(() -> {
                    isHeld.countDown();
                    awaitUninterruptibly(goOn);
                });
                isHeld.await();
                try {
                    yield taken(client, blocks, AllocatedBytes.ofCaller(), source);
                } finally {
                    goOn.countDown();
                }
            }
        };
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Stream<Arguments> writes() {
        return Wire.all()
                .flatMap(wire -> Stream.of(Writer.values())
                        .filter(writer -> writer != Writer.CARRIED || Await.isOnEventLoopAvailable())
                        .flatMap(writer ->
                                Stream.of(true, false).map(isDirect -> Arguments.of(wire, writer, isDirect))));
    }

    /** One block of the loop's is taken, and no other memory: neither an array nor a buffer of the allocator. */
    @ParameterizedTest
    @MethodSource("writes")
    void writtenBlock_isCopiedOnce(Wire wire, Writer writer, boolean isDirect) throws Exception {
        try (NettyStreams servers = NettyStreams.create(wire.backend(), 1);
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(servers, Wire.ECHO);
            StreamConnection client = connect(new Wire.Served(wire, streams, served.server(), served.path()));
            LoopBlocks blocks = blocksOf(client);
            Thread loop = on(channelOf(client), Thread::currentThread);
            ByteBuffer source =
                    (isDirect ? ByteBuffer.allocateDirect(BLOCK_BYTES) : ByteBuffer.allocate(BLOCK_BYTES)).put(BLOCK);
            long[] heapByteCounts = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                Taken taken = taken(writer, client, blocks, loop, source.flip());
                assertThat(taken.blockCount()).isEqualTo(1);
                assertThat(taken.allocatorByteCount()).isZero();
                heapByteCounts[i] = taken.heapByteCount();
                assertThat(get(client.reader().readExactly(BLOCK_BYTES))).isEqualTo(BLOCK);
            }
            client.close();
            get(client.waitClosed());
            assertThat(AllocatedBytes.median(heapByteCounts)).isLessThanOrEqualTo(MOST_BYTES);
        }
    }

    /** All drains that have room share one future. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void drainWithRoom_allocatesNothing(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Pair pair = wire.pair(streams);
            StreamWriter writer = pair.client().writer();
            long[] byRound = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                byRound[i] = on(channelOf(pair.client()), () -> {
                    AllocatedBytes allocated = AllocatedBytes.ofCaller();
                    long before = allocated.soFar();
                    for (int drain = 0; drain < DRAINS_PER_TURN; drain++) {
                        writer.drain();
                    }
                    return allocated.since(before);
                });
                get(pair.client().reader().readAvailable()); // a turn of its own
            }
            assertThat(AllocatedBytes.median(byRound)).isZero();
            pair.close();
        }
    }
}
