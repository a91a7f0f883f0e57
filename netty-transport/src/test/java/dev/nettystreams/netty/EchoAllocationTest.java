package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.support.AllocatedBytes;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * R13: the loop of an echo server allocates the arrays that its program reads, and small objects for each read. A block
 * of 64 KiB may arrive in several reads. The client has a loop of its own, which is not counted.
 */
@ExtendWith(NoLeaks.class)
@SuppressWarnings("AssignmentExpression") // the loop of every reader
class EchoAllocationTest {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final byte[] BLOCK = Wire.pattern(BLOCK_BYTES);
    private static final int ROUNDS = 20;
    private static final int BLOCKS_PER_ROUND = 8;

    /** A server that writes back what it reads. */
    record Echo(String name, int mostByteCount, ConnectionHandler handler) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int WITH_ARRAYS = BLOCK_BYTES + 4096;
    private static final int WITHOUT_ARRAY = 8192;

    private static Stream<Echo> callbacks() {
        return Stream.of(
                new Echo("read", WITH_ARRAYS, ConnectionHandler.callbacks(EchoAllocationTest::echoByRead)),
                new Echo(
                        "readInto",
                        WITHOUT_ARRAY,
                        ConnectionHandler.callbacks((reader, writer) ->
                                echoByReadInto(reader, writer, ByteBuffer.allocateDirect(BLOCK_BYTES)))),
                new Echo(
                        "readInto an array",
                        WITHOUT_ARRAY,
                        ConnectionHandler.callbacks(
                                (reader, writer) -> echoByReadInto(reader, writer, ByteBuffer.allocate(BLOCK_BYTES)))),
                new Echo("borrow", WITHOUT_ARRAY, ConnectionHandler.callbacks(EchoAllocationTest::echoByBorrow)),
                new Echo("relay", WITHOUT_ARRAY, Wire.ECHO));
    }

    private static CompletableFuture<Void> echoByRead(StreamReader reader, StreamWriter writer) {
        return reader.read(BLOCK_BYTES).thenCompose(bytes -> {
            if (bytes.length == 0) {
                return writer.drain();
            }
            writer.write(bytes);
            return writer.drain().thenCompose(done -> echoByRead(reader, writer));
        });
    }

    private static CompletableFuture<Void> echoByReadInto(StreamReader reader, StreamWriter writer, ByteBuffer buffer) {
        return reader.readInto(buffer.clear()).thenCompose(byteCount -> {
            if (byteCount < 0) {
                return writer.drain();
            }
            writer.write(buffer.flip());
            return writer.drain().thenCompose(done -> echoByReadInto(reader, writer, buffer));
        });
    }

    private static CompletableFuture<Void> echoByBorrow(StreamReader reader, StreamWriter writer) {
        return reader.borrow(BLOCK_BYTES).thenCompose(bytes -> {
            if (bytes.byteCount() == 0) {
                return writer.drain();
            }
            writer.write(bytes);
            return writer.drain().thenCompose(done -> echoByBorrow(reader, writer));
        });
    }

    /** The same programs as straight-line code on the loop. */
    private static Stream<Echo> onLoop() {
        return Stream.of(
                onLoop("read", WITH_ARRAYS, (reader, writer) -> {
                    for (byte[] bytes; (bytes = await(reader.read(BLOCK_BYTES))).length > 0; ) {
                        writer.write(bytes);
                        await(writer.drain());
                    }
                }),
                onLoop("readInto", WITHOUT_ARRAY, (reader, writer) -> {
                    ByteBuffer buffer = ByteBuffer.allocateDirect(BLOCK_BYTES);
                    while (await(reader.readInto(buffer.clear())) > 0) {
                        writer.write(buffer.flip());
                        await(writer.drain());
                    }
                }),
                onLoop("borrow", WITHOUT_ARRAY, (reader, writer) -> {
                    for (BorrowedBytes bytes; (bytes = await(reader.borrow(BLOCK_BYTES))).byteCount() > 0; ) {
                        writer.write(bytes);
                        await(writer.drain());
                    }
                }));
    }

    private static Echo onLoop(String name, int mostByteCount, ConnectionHandler program) {
        return new Echo(name + " on the loop", mostByteCount, Await.onEventLoop(program));
    }

    static Stream<Arguments> cases() {
        return Wire.all()
                .flatMap(wire -> Stream.concat(callbacks(), Await.isOnEventLoopAvailable() ? onLoop() : Stream.empty())
                        .map(echo -> Arguments.of(wire, echo)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void echoOfABlock_allocatesItsArrays_andABound(Wire wire, Echo echo) throws Exception {
        try (NettyStreams clients = NettyStreams.create(wire.backend(), 1);
                NettyStreams servers = NettyStreams.create(wire.backend(), 1)) {
            CompletableFuture<Thread> loop = new CompletableFuture<>();
            ServerOptions options = ServerOptions.DEFAULT.withChannel(channel -> loop.complete(Thread.currentThread()));
            Wire.Served served = wire.serve(servers, echo.handler(), options);
            Wire.Served ofClients = new Wire.Served(wire, clients, served.server(), served.path());
            StreamConnection client = ofClients.connect();
            exchange(client);
            AllocatedBytes allocated = AllocatedBytes.of(get(loop));
            long[] byRound = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                long before = allocated.soFar();
                exchange(client);
                byRound[i] = allocated.since(before) / BLOCKS_PER_ROUND;
            }
            client.close();
            get(client.waitClosed());
            assertThat(AllocatedBytes.median(byRound)).isLessThanOrEqualTo(echo.mostByteCount());
        }
    }

    private static void exchange(StreamConnection client) throws Exception {
        for (int i = 0; i < BLOCKS_PER_ROUND; i++) {
            client.writer().write(BLOCK);
            assertThat(get(client.reader().readExactly(BLOCK_BYTES))).isEqualTo(BLOCK);
        }
    }
}
