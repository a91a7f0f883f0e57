package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.netty.support.Wire.Served;
import dev.nettystreams.support.LoggedLines;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** O5: a peer that resets its connection causes a line for debugging, and no other, on every backend. */
@ExtendWith(NoLeaks.class)
class LossLogTest {
    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(NettyStreams::create);

    static Stream<Wire> wires() {
        return Wire.tcp();
    }

    @ParameterizedTest
    @MethodSource("wires")
    void reset_whileTheHandlerReads_isForDebugging(Wire wire) throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        check(wire, waiting, ConnectionHandler.callbacks((reader, writer) -> {
            CompletableFuture<byte[]> line = reader.readLine();
            waiting.complete(null);
            return line;
        }));
    }

    @ParameterizedTest
    @MethodSource("wires")
    void reset_whileTheHandlerWaitsForRoom_isForDebugging(Wire wire) throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        check(wire, waiting, ConnectionHandler.callbacks((reader, writer) -> {
            writer.writeOwned(ByteBuffer.allocate(16 << 20));
            CompletableFuture<Void> drained = writer.drain();
            waiting.complete(null);
            return drained;
        }));
    }

    /** The handler has ended well, and what it wrote is lost. */
    @ParameterizedTest
    @MethodSource("wires")
    void reset_whileTheServerStillSends_isForDebugging(Wire wire) throws Exception {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        check(wire, waiting, ConnectionHandler.callbacks((reader, writer) -> {
            writer.writeOwned(ByteBuffer.allocate(16 << 20));
            waiting.complete(null);
            return CompletableFuture.completedFuture(null);
        }));
    }

    private static void check(Wire wire, CompletableFuture<Void> waiting, ConnectionHandler handler) throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            Served served = wire.serve(STREAMS.over(wire.backend()), handler);
            StreamConnection client = served.connect();
            Wire.get(waiting);
            client.abort();
            served.server().close();
            Wire.get(served.server().waitClosed());
            assertThat(log.all()) // the limit of ten lines a second may have left the line out
                    .hasSizeLessThanOrEqualTo(1)
                    .allSatisfy(line -> assertThat(line)
                            .startsWith("FINE StreamConnection[")
                            .contains("ended: dev.nettystreams.StreamBrokenException: "));
            assertThat(served.server().metrics().connectionsFailed()).isEqualTo(1);
        }
    }
}
