package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsTruncationException;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** T4, C1, C2 under TLS: how a connection under TLS ends, and how it must not. */
@ExtendWith(NoLeaks.class)
class TlsCloseTest {
    private static final byte[] BULK = Wire.pattern(16 << 20);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void finAlone_isATruncation_behindTheBytes(TlsWire wire) throws Exception {
        wire.playInEachVersion((pair, version) -> {
            assertThat(pair.client().writer().tlsSession().protocol()).isEqualTo(version);
            pair.server().writer().write("half an ans".getBytes(US_ASCII));
            get(pair.server().writer().flush());
            ((DuplexChannel) channelOf(pair.server())).shutdownOutput().sync();
            assertThat(get(pair.client().reader().readExactly(11)))
                    .asString(US_ASCII)
                    .isEqualTo("half an ans");
            for (int i = 0; i < 2; i++) {
                assertThat(failureOf(pair.client().reader().read(1))).isInstanceOf(TlsTruncationException.class);
            }
            assertThat(failureOf(pair.client().waitClosed())).isInstanceOf(TlsTruncationException.class);
            assertThat(failureOf(pair.client().writer().drain())).isInstanceOf(TlsTruncationException.class);
            assertThat(pair.client().reader().atEof()).isFalse();
            pair.server().abort();
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void finAlone_isAnEnd_forWhoeverSaysSo(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            assertTruncationIsAnEnd(wire, version);
        }
    }

    private static void assertTruncationIsAnEnd(TlsWire wire, String version) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            TlsClient client = wire.client().acceptingTruncation();
            pair.startTls(client.upgrade("localhost"), wire.server().protocols(version));
            pair.server().writer().write("answer".getBytes(US_ASCII));
            get(pair.server().writer().flush());
            ((DuplexChannel) channelOf(pair.server())).shutdownOutput().sync();
            assertThat(get(pair.client().reader().read(-1))).asString(US_ASCII).isEqualTo("answer");
            assertThat(pair.client().reader().atEof()).isTrue();
            pair.close();
        }
    }

    /** The peer does not answer; a second close of the channel completes, and so does the first. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void channelThatIsClosedTwice_tellsBoth(TlsWire wire) throws Exception {
        wire.playSecured(pair -> {
            channelOf(pair.server()).config().setAutoRead(false);
            Channel channel = channelOf(pair.client());
            var first = channel.close();
            var second = channel.close();
            assertThat(second.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
            pair.server().abort();
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void reset_isALoss(TlsWire wire) throws Exception {
        wire.playInEachVersion((pair, version) -> {
            Channel server = channelOf(pair.server());
            server.config().setOption(ChannelOption.SO_LINGER, 0);
            CompletableFuture<byte[]> read = pair.client().reader().read(1);
            pair.server().abort();
            assertThat(failureOf(read)).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(pair.client().waitClosed())).isInstanceOf(StreamBrokenException.class);
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void close_saysSo_andTheEndIsClean(TlsWire wire) throws Exception {
        wire.playInEachVersion((pair, version) -> {
            pair.server().writer().write("answer".getBytes(US_ASCII));
            pair.server().close();
            assertThat(get(pair.client().reader().read(-1))).asString(US_ASCII).isEqualTo("answer");
            assertThat(pair.client().reader().atEof()).isTrue();
            if (!wire.hasHalfClose(version)) {
                assertThatThrownBy(() -> pair.client().writer().writeEof())
                        .isInstanceOf(UnsupportedOperationException.class);
            }
            pair.client().close();
            get(pair.client().waitClosed());
            get(pair.server().waitClosed());
        });
    }

    /** The reader starts when everything is written and the other side has closed. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void close_deliversAllThatWasWritten(TlsWire wire) throws Exception {
        wire.playSecured(pair -> {
            pair.server().writer().write(BULK);
            pair.server().close();
            assertThat(pair.server().waitClosed()).isNotDone();
            assertThat(get(pair.client().reader().read(-1))).isEqualTo(BULK);
            pair.client().close();
            get(pair.server().waitClosed());
        });
    }

    /** The reader takes no byte for four seconds; by itself, Netty lets a close wait three seconds for it. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void close_deliversAllThatWasWritten_toASlowReader(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (EndByHand end = new EndByHand()) {
                TlsPeer peer = TlsPeer.client(List.of(version));
                CompletableFuture<?> secured = end.connection.writer().startTls(EndByHand.ready(wire.server()));
                while (!peer.isHandshaken() || !secured.isDone()) {
                    end.receive(peer.flight());
                    peer.hear(end.sent());
                }
                end.holdWrites();
                CompletableFuture<Void> closed = end.connection.waitClosed();
                end.run(() -> {
                    end.connection.writer().write(BULK);
                    end.connection.close();
                });
                end.advance(Duration.ofSeconds(4));
                assertThat(end.isOpen()).isTrue();
                assertThat(closed).isNotDone();

                end.releaseWrites();
                peer.hear(end.sent());
                assertThat(peer.heard()).isEqualTo(BULK);
                end.receive(peer.goodbye());
                end.receiveFin();
                get(closed);
            }
        }
    }

    /** The peer is still sending; a reset must not overtake the answer. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void close_withUnreadInput_deliversAllThatWasWritten(TlsWire wire) throws Exception {
        wire.playSecured(pair -> {
            pair.client().writer().write(BULK);
            assertThat(get(pair.server().reader().peek(1))).hasSize(1);
            pair.server().writer().write("no, thank you".getBytes(US_ASCII));
            pair.server().close();
            assertThat(get(pair.client().reader().readExactly(13)))
                    .asString(US_ASCII)
                    .isEqualTo("no, thank you");
            pair.client().abort();
            get(pair.server().waitClosed().handle((done, lost) -> null));
        });
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void close_toAReaderThatNeverReads_ends(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())
                .withLimits(StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(200)))) {
            Wire.Pair pair = wire.securePair(streams);
            pair.server().writer().write(BULK);
            pair.server().close();
            assertThat(failureOf(pair.server().waitClosed()))
                    .isInstanceOf(StreamBrokenException.class)
                    .hasMessageContaining("close() did not finish within 200 ms");
            pair.client().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void writeBehindThePeersEnd_isNotLostInSilence(TlsWire wire) throws Exception {
        wire.playSecured(pair -> {
            pair.server().close();
            assertThat(get(pair.client().reader().read(1))).isEmpty();
            CompletableFuture<Void> writing = pair.client()
                    .repeat(
                            () -> { // the peer reads and discards much of it
                                pair.client().writer().write(new byte[1 << 16]);
                                return pair.client().writer().flush().thenApply(done -> true);
                            });
            assertThat(failureOf(writing)).isInstanceOf(StreamBrokenException.class);
            assertThat(failureOf(pair.client().waitClosed())).isInstanceOf(StreamBrokenException.class);
        });
    }

    /** Counts the writes to the wire. */
    private static final class Counter extends ChannelOutboundHandlerAdapter {
        private final AtomicInteger byteCount = new AtomicInteger();

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            byteCount.addAndGet(((ByteBuf) message).readableBytes());
            context.write(message, promise);
        }
    }

    /** T8. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void smallWrites_shareARecord_andAFlushOfNothingMakesNone(TlsWire wire) throws Exception {
        wire.playSecured(pair -> {
            StreamConnection client = pair.client();
            client.writer().write(new byte[1]);
            get(pair.server().reader().readExactly(1));
            Counter counter = new Counter();
            Channel channel = channelOf(client);
            channel.eventLoop()
                    .submit(() -> channel.pipeline().addFirst(counter))
                    .sync();
            channel.eventLoop()
                    .submit(() -> {
                        for (int i = 0; i < 100; i++) {
                            client.writer().write(new byte[10]);
                        }
                    })
                    .sync();
            assertThat(get(pair.server().reader().readExactly(1000))).hasSize(1000);
            assertThat(counter.byteCount.get()).isBetween(1001, 1000 + 40);
            int before = counter.byteCount.get();
            for (int i = 0; i < 3; i++) {
                get(client.writer().flush());
                get(client.writer().drain());
            }
            assertThat(counter.byteCount.get() - before).isZero();
            pair.close();
        });
    }
}
