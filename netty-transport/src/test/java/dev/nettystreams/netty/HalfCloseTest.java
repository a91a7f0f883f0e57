package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer's FIN ends the input and nothing else (C2): a reply of any size still arrives, on every backend. */
@ExtendWith(NoLeaks.class)
class HalfCloseTest {
    private static final byte[] REPLY = Wire.pattern(16 << 20);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.Wire#all")
    void reply_afterThePeersEof_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(streams, Await.onThreads((reader, writer) -> {
                await(reader.read(-1));
                writer.write(REPLY);
                await(writer.drain());
            }));
            assertThat(requestAndEof(served)).isEqualTo(REPLY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.Wire#all")
    void reply_inPieces_afterThePeersEof_arrivesWhole(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            int pieces = 64;
            int size = REPLY.length / pieces;
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)
                            .thenCompose(request -> {
                                int[] written = {0};
                                return reader.forEachLine(line -> null).thenCompose(nothing -> {
                                    while (written[0] < pieces) {
                                        writer.write(REPLY, written[0]++ * size, size);
                                    }
                                    return writer.flush();
                                });
                            })));
            assertThat(requestAndEof(served)).isEqualTo(REPLY);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.Wire#all")
    void bothDirections_endOneAfterTheOther(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().writeEof();
            assertThat(get(pair.server().reader().read(1))).isEmpty();
            assertThat(pair.server().reader().atEof()).isTrue();
            pair.server().writer().write(new byte[] {1});
            pair.server().writer().writeEof();
            assertThat(get(pair.client().reader().read(-1))).containsExactly(1);
            pair.client().close();
            get(pair.client().waitClosed());
            pair.server().close();
            get(pair.server().waitClosed());
        }
    }

    private static byte[] requestAndEof(Wire.Served served) throws Exception {
        try (StreamConnection client = served.connect()) {
            client.writer().write(new byte[] {'?'});
            client.writer().writeEof();
            return get(client.reader().read(-1));
        }
    }
}
