package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The output over real sockets: order, marks, end, and loss. */
@ExtendWith(NoLeaks.class)
class WritingTest {
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void close_behindMoreThanTheSocketTakes_sendsEverything(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            byte[] sent = Wire.pattern(16 << 20);
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write(sent);
            pair.client().close();
            assertThat(get(pair.server().reader().read(-1))).isEqualTo(sent);
            pair.server().close();
            get(pair.client().waitClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void close_whileThePeerIsStillSending_losesNothingOfTheReply(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            byte[] reply = Wire.pattern(1 << 20);
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write(new byte[8 << 20]);
            get(pair.server().reader().readExactly(10));
            pair.server().writer().write(reply);
            pair.server().close();
            assertThat(get(pair.client().reader().readExactly(reply.length))).isEqualTo(reply);
            pair.client().close();
            pair.client().waitClosed().handle((done, failure) -> null).get();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void peerThatNeverReads_boundsTheBuffer_andCloseBecomesAbort(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())
                .withLimits(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(300)))) {
            Wire.Pair pair = wire.pair(streams);
            StreamConnection client = pair.client();
            CompletableFuture<Void> drained;
            do {
                client.writer().write(new byte[10_000]);
                drained = client.writer().drain();
                drained.handle((done, failure) -> null)
                        .completeOnTimeout(null, 100, java.util.concurrent.TimeUnit.MILLISECONDS)
                        .get();
            } while (drained.isDone());
            Channel channel = channelOf(client);
            assertThat(channel.bytesBeforeWritable()).isLessThan(64 << 10);
            client.close();
            assertThat(failureOf(client.waitClosed()))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessageContaining("close() did not finish within 300 ms");
            assertThat(failureOf(drained)).isInstanceOf(StreamBrokenException.class);
            pair.server().abort();
        }
    }

    /** The wait of the first must not collide with the end of the output that the second causes. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void flushAndClose_rightBehindWriteEof_complete(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)),
                    ServerOptions.DEFAULT.withBacklog(4096));
            for (int round = 0; round < 300; round++) {
                StreamConnection client = served.connect();
                client.writer().write(new byte[100]);
                client.writer().writeEof();
                for (int spin = round; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                CompletableFuture<Void> flushed = client.writer().flush();
                if (round % 2 == 0) {
                    client.close();
                }
                get(flushed);
                client.close();
                get(client.waitClosed());
            }
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void largestMarks_areMarks(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())
                .withLimits(StreamLimits.DEFAULT.withWriteMarks(Integer.MAX_VALUE, Integer.MAX_VALUE))) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write(new byte[1]);
            assertThat(get(pair.server().reader().read(9))).hasSize(1);
            pair.client().close();
            pair.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void abort_isAResetForThePeer(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.client().writer().write("last words".getBytes(US_ASCII));
            get(pair.client().writer().flush());
            assertThat(get(pair.server().reader().peek(10))).hasSize(10);
            pair.client().abort();
            assertThat(failureOf(pair.client().waitClosed())).isInstanceOf(StreamClosedException.class);
            assertThat(get(pair.server().reader().read(100))).asString(US_ASCII).isEqualTo("last words");
            assertThat(failureOf(pair.server().reader().read(100))).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(pair.server().reader().read(100))).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(pair.server().writer().drain())).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(pair.server().waitClosed())).isInstanceOf(StreamBrokenException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void writeToAClosedPeer_isReportedByDrain_withinAFewWrites(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.server().close();
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) { // the peer reads and discards much of it
                            pair.client().writer().write(new byte[1 << 16]);
                            get(pair.client().writer().drain());
                            get(pair.client().writer().flush());
                        }
                    })
                    .cause()
                    .isInstanceOf(StreamBrokenException.class);
            pair.client().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void everyWayToWrite_keepsTheOrder(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            var writer = pair.client().writer();
            byte[] reused = {'a'};
            writer.write(reused);
            reused[0] = 'X';
            writer.write(ByteBuffer.wrap(new byte[] {'b', 'c'}));
            writer.writeLines(List.of(new byte[] {'d'}, new byte[0], new byte[] {'e'}));
            ByteBuffer direct = ByteBuffer.allocateDirect(100_000);
            direct.put(0, (byte) 'f');
            writer.writeOwned(direct);
            writer.write(new byte[] {'g', 'h', 'i'}, 1, 1);
            writer.write(new byte[50_000]);
            writer.write(new byte[] {'j'});
            writer.writeEof();
            writer.writeEof();
            byte[] read = get(pair.server().reader().read(-1));
            assertThat(read).hasSize(5 + 100_000 + 1 + 50_000 + 1);
            assertThat(new String(read, 0, 6, US_ASCII)).isEqualTo("abcdef");
            assertThat((char) read[100_005]).isEqualTo('h');
            assertThat((char) read[150_006]).isEqualTo('j');
            assertThatThrownBy(() -> writer.write(new byte[0]))
                    .isInstanceOf(StreamClosedException.class)
                    .hasMessage("write() called after writeEof()");
            pair.client().close();
            pair.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void threadsThatWriteAtOnce_keepTheOrderOfEach(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            int threads = 8;
            int lines = 2_000;
            List<Thread> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < lines; i++) {
                        pair.client().writer().write((number + " " + i + "\n").getBytes(US_ASCII));
                    }
                });
                thread.start();
                running.add(thread);
            }
            int[] next = new int[threads];
            for (int i = 0; i < threads * lines; i++) {
                String[] line = new String(get(pair.server().reader().readLine()), US_ASCII)
                        .trim()
                        .split(" ", 2);
                assertThat(Integer.parseInt(line[1])).isEqualTo(next[Integer.parseInt(line[0])]++);
            }
            for (Thread thread : running) {
                thread.join();
            }
            pair.client().close();
            pair.server().close();
        }
    }
}
