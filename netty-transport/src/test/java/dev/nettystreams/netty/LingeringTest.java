package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C6 with foreign sockets at the other end, and the accounting of connections that linger. */
@ExtendWith(NoLeaks.class)
class LingeringTest {
    private static final ConnectionHandler GOODBYE = ConnectionHandler.callbacks((reader, writer) -> {
        writer.write(new byte[] {1});
        return writer.flush();
    });

    /** A peer that sends bytes before it has read everything, and then reads on. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void peerThatTalks_getsEveryByte(Wire wire) throws Exception {
        byte[] written = Wire.pattern(3 << 20);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                peer.setSoTimeout(20_000);
                ours.writer().write(written);
                ours.close();
                InputStream in = peer.getInputStream();
                byte[] head = in.readNBytes(100_000);
                peer.getOutputStream().write(new byte[10]);
                byte[] rest = in.readAllBytes();
                assertThat(head.length + rest.length).isEqualTo(written.length);
                assertThat(ours.waitClosed()).isNotDone();
            }
            get(ours.waitClosed());
        }
    }

    /** A peer that keeps sending is reset, and waitClosed fails with the reason. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void peerThatFloodsForEver_isReset_andWaitClosedSaysSo(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                CompletableFuture<Void> closed = ours.waitClosed();
                ours.close();
                CompletableFuture<Long> flooding = CompletableFuture.supplyAsync(() -> flood(peer));
                assertThat(failureOf(closed))
                        .isInstanceOf(StreamBrokenException.class)
                        .hasMessageContaining("ended with a reset");
                assertThat(flooding.get(20, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(16L << 20); // whole pieces
            }
        }
    }

    private static long flood(Socket peer) {
        byte[] piece = new byte[1 << 16];
        long byteCount = 0;
        try {
            while (true) {
                peer.getOutputStream().write(piece);
                byteCount += piece.length;
            }
        } catch (IOException reset) {
            return byteCount;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void silentPeer_isWaitedForUntilTheCloseTimeout_andThatIsAGoodEnd(Wire wire) throws Exception {
        StreamLimits brief = StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(200));
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1).withLimits(brief)) {
            StreamConnection silent = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                silent.close();
                get(silent.waitClosed());
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void connectionThatLingers_countsAgainstTheCap(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, GOODBYE, ServerOptions.DEFAULT.withMaxConnections(1));
            StreamConnection first = served.connect();
            assertThat(get(first.reader().read(-1))).hasSize(1);
            StreamConnection second = served.connect();
            CompletableFuture<byte[]> answer = second.reader().readExactly(1);
            assertThat(served.server().connectionCount()).isEqualTo(1);
            assertThat(answer).isNotDone();
            first.close();
            assertThat(get(answer)).hasSize(1);
            second.close();
            served.server().close();
            get(served.server().waitClosed());
        }
    }

    /** The wait for a peer that never ends is limited by the shutdown's timeout. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void shutdown_abortsAtItsDeadlineWhatLingers(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, GOODBYE);
            StreamConnection client = served.connect();
            assertThat(get(client.reader().read(-1))).hasSize(1);
            long beginNanos = System.nanoTime();
            CompletableFuture<Void> ended = served.server().shutdown(Duration.ofMillis(100));
            get(ended);
            assertThat(System.nanoTime() - beginNanos)
                    .as("before the silence of 5 s is over")
                    .isBetween(TimeUnit.MILLISECONDS.toNanos(90), TimeUnit.SECONDS.toNanos(5));
            assertThat(served.server().connectionCount()).isZero();
            client.abort();
        }
    }
}
