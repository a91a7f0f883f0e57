package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamChannelHandler;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ends of a connection under TLS other than a close_notify or a truncation. */
@ExtendWith(NoLeaks.class)
class OtherEndsTest {
    static Stream<TlsWire> tcp() {
        return TlsWire.tcp();
    }

    /** Our streams at one end of a plain connection, and the JDK's blocking client at the other. */
    private record Ends(NettyStreams streams, StreamConnection ours, Socket wire, SSLSocket peer)
            implements AutoCloseable {
        static Ends secured(TlsWire wire, String version) throws Exception {
            NettyStreams streams = NettyStreams.create(wire.backend());
            try (ServerSocket listener = newListener()) {
                StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
                Socket socket = listener.accept();
                socket.setSoTimeout(20_000);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, Certificates.ROOT.toTrustManagerFactory().getTrustManagers(), null);
                SSLSocket peer = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", 1, false);
                peer.setUseClientMode(true);
                var upgrade = ours.writer().startTls(wire.server().protocols(version));
                peer.startHandshake();
                get(upgrade);
                return new Ends(streams, ours, socket, peer);
            }
        }

        @Override
        public void close() throws IOException {
            ours.abort();
            wire.close();
            streams.close();
        }
    }

    private static ServerSocket newListener() throws IOException {
        ServerSocket listener = new ServerSocket();
        listener.setReceiveBufferSize(4096);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return listener;
    }

    /** A client could make a server repeat the costly part. */
    @ParameterizedTest
    @MethodSource("tcp")
    void renegotiation_isRefused(TlsWire wire) throws Exception {
        try (Ends ends = Ends.secured(wire, "TLSv1.2")) {
            CompletableFuture<byte[]> read = ends.ours().reader().read(1);
            CompletableFuture<Void> again = CompletableFuture.runAsync(() -> renegotiate(ends.peer()));
            if (wire.engine() == TlsEngine.JDK) {
                assertThat(failureOf(read)).hasRootCauseInstanceOf(SSLException.class);
            } else {
                assertThat(failureOf(again)).hasRootCauseInstanceOf(SSLException.class); // by an alert
            }
            ends.ours().abort();
            again.handle((done, failure) -> null).get();
        }
    }

    /** Each request for new keys is answered; the peer reads no answers, and no {@code drain} holds them back. */
    @ParameterizedTest
    @MethodSource("tcp")
    void unreadAnswers_areBounded(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                ServerSocket listener = newListener()) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            try (Socket peer = listener.accept()) {
                Channel channel = channelOf(ours);
                channel.config().setOption(ChannelOption.SO_SNDBUF, 4096);
                var upgrade = ours.writer().startTls(wire.server());
                TlsPeer client = handshaken(peer);
                get(upgrade);
                CompletableFuture<byte[]> read = ours.reader().read(1);
                assertThat(requestsUntilCutOff(peer, client, read)).isLessThan(200_000);
                assertThat(failureOf(read)).hasRootCauseInstanceOf(SSLException.class);
            }
        }
    }

    private static TlsPeer handshaken(Socket peer) throws Exception {
        TlsPeer client = TlsPeer.client(List.of("TLSv1.3"));
        byte[] heard = new byte[4096];
        peer.getOutputStream().write(client.flight());
        while (!client.isHandshaken()) {
            client.hear(Arrays.copyOf(heard, peer.getInputStream().read(heard)));
            peer.getOutputStream().write(client.flight());
        }
        return client;
    }

    private static int requestsUntilCutOff(Socket peer, TlsPeer client, Future<?> read) throws SSLException {
        ByteArrayOutputStream requests = new ByteArrayOutputStream();
        for (int requestCount = 1; ; requestCount++) {
            requests.writeBytes(client.keyUpdate());
            if (requestCount % 100 == 0) {
                try {
                    requests.writeTo(peer.getOutputStream());
                } catch (IOException cutOff) {
                    return requestCount;
                }
                requests.reset();
                if (read.isDone() || requestCount == 200_000) {
                    return requestCount;
                }
            }
        }
    }

    private static void renegotiate(SSLSocket peer) {
        try {
            peer.startHandshake();
            peer.getInputStream().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All written bytes have arrived; a peer that does not wait for our close_notify causes no loss. */
    @ParameterizedTest
    @MethodSource("tcp")
    void resetBehindEverything_isNoFailureOfClose(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (Ends ends = Ends.secured(wire, version)) {
                ends.ours().writer().write("all".getBytes(US_ASCII));
                get(ends.ours().writer().flush());
                assertThat(ends.peer().getInputStream().readNBytes(3))
                        .asString(US_ASCII)
                        .isEqualTo("all");
                ends.ours().close();
                while (ends.wire().getInputStream().available() == 0) {
                    Thread.onSpinWait(); // until our close_notify has arrived, which the peer does not read
                }
                ends.wire().setSoLinger(true, 0);
                ends.wire().close();
                get(ends.ours().waitClosed());
            }
        }
    }

    /** A Netty handler that owns the channel afterwards sees a truncation as the streams would have. */
    @ParameterizedTest
    @MethodSource("tcp")
    void finAlone_afterHandBack_isATruncation(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.securePair(streams);
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            Channel channel = get(StreamChannelHandler.handBack(pair.server(), new ChannelInboundHandlerAdapter() {
                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    told.complete(cause);
                }
            }));
            Channel client = channelOf(pair.client());
            ((DuplexChannel) client).shutdownOutput().sync();
            assertThat(get(told)).isInstanceOf(TlsTruncationException.class);
            channel.close().sync();
            pair.client().abort();
        }
    }
}
