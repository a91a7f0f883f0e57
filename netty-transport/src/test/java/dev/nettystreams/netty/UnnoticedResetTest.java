package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C3: the loss of a peer is noticed without a pending read, where the operating system reports it. */
@ExtendWith(NoLeaks.class)
class UnnoticedResetTest {
    private static final int ROUNDS = 20;

    /** Not the JDK's selector, which reports a reset only to a read. */
    static Stream<Wire> tellingOfResets() {
        return Wire.tcp().filter(wire -> wire.backend() != IoBackend.NIO);
    }

    /** After the peer's end no one reads, and no one may write for a long time. */
    @ParameterizedTest
    @MethodSource("tellingOfResets")
    void resetBehindThePeersEnd_isNoticed(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, ROUNDS, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            List<StreamConnection> connections = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
                try (Socket peer = listener.accept()) {
                    peer.shutdownOutput();
                    assertThat(get(ours.reader().read(1))).isEmpty();
                    ends.add(ours.waitClosed());
                    connections.add(ours);
                    peer.setSoLinger(true, 0); // its close is a reset
                }
            }
            for (CompletableFuture<Void> end : ends) {
                assertThat(failureOf(end)).isInstanceOf(StreamBrokenException.class);
            }
            for (StreamConnection ours : connections) { // the end had come in good order, and is still one
                assertThat(get(ours.reader().read(1))).isEmpty();
            }
        }
    }

    /** Bytes that a peer never took are lost, and no quiet end says otherwise. */
    @ParameterizedTest
    @MethodSource("tellingOfResets")
    void resetBehindThePeersEnd_withBytesUnsent_isALoss(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                peer.shutdownOutput();
                assertThat(get(ours.reader().read(1))).isEmpty();
                ours.writer().write(new byte[16 << 20]);
                ours.writer().writeEof();
                peer.setSoLinger(true, 0);
            }
            assertThat(failureOf(ours.waitClosed())).isInstanceOf(StreamBrokenException.class);
        }
    }

    /** The transport knows of the end before the streams do. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void bytesThatMeetAQuietReset_makeItALoss(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                peer.shutdownOutput();
                assertThat(get(ours.reader().read(1))).isEmpty();
                Channel channel = channelOf(ours);
                channel.eventLoop()
                        .submit(() -> {
                            StreamChannelHandler.errorIsPending(channel);
                            ours.writer().write(new byte[10]);
                            ours.writer().writeEof();
                        })
                        .sync();
                assertThat(failureOf(ours.waitClosed()))
                        .isInstanceOf(StreamBrokenException.class)
                        .hasRootCauseMessage("Connection reset by peer");
            }
        }
    }

    /** A connection that both sides have ended is not reset, whatever its state in the kernel. */
    @ParameterizedTest
    @MethodSource("tellingOfResets")
    void endsOfBothSides_areNoReset(Wire wire) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            StreamConnection later;
            try (Socket peer = listener.accept()) {
                peer.shutdownOutput();
                assertThat(get(ours.reader().read(1))).isEmpty();
                ours.writer().writeEof();
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
            later = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) { // the same look finds its reset, or a later one
                peer.shutdownOutput();
                assertThat(get(later.reader().read(1))).isEmpty();
                peer.setSoLinger(true, 0);
            }
            failureOf(later.waitClosed());
            ours.close();
            get(ours.waitClosed());
        }
    }

    @ParameterizedTest
    @MethodSource("tellingOfResets")
    void resetBehindMuchThatIsUnread_isNoticed(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                NettyStreams peers = NettyStreams.create(wire.backend(), 1)) {
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                Wire.Pair pair = wire.pair(peers, streams.withLimits(StreamLimits.DEFAULT.withReadLimit(1_000)));
                Channel peer = channelOf(pair.client());
                int byteCount = 200_000 + 50_000 * i;
                pair.client().writer().write(new byte[byteCount]);
                get(pair.server().reader().peek(1)); // reading has begun, and been paused
                peer.config().setOption(ChannelOption.SO_LINGER, 0);
                ends.add(pair.server().waitClosed());
                pair.client().abort();
            }
            for (CompletableFuture<Void> end : ends) {
                assertThat(failureOf(end)).isInstanceOf(StreamBrokenException.class);
            }
        }
    }
}
