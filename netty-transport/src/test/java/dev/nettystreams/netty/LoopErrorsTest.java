package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.spi.Transport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An {@link Error} in a task of a loop fails the future that waits for the task, and leaves no channel open. */
@ExtendWith(NoLeaks.class)
class LoopErrorsTest {
    /** An I/O handler of a loop, some of whose registrations fail like those of an older Netty. */
    private static final class FailingIo extends ForwardingIoHandler {
        private final AtomicInteger count = new AtomicInteger();
        private final IntPredicate fails;

        FailingIo(IoHandler wrapped, IntPredicate fails) {
            super(wrapped);
            this.fails = fails;
        }

        static IoHandlerFactory over(IoBackend backend, IntPredicate fails) {
            return around(backend.ioHandlerFactory(), wrapped -> new FailingIo(wrapped, fails));
        }

        @Override
        public IoRegistration register(IoHandle handle) throws Exception {
            if (fails.test(count.incrementAndGet())) {
                throw new NoSuchFieldError("NONE");
            }
            return super.register(handle);
        }
    }

    /** A channel on which streams cannot be opened. */
    private static final class FailingChannel extends NioSocketChannel {
        private final boolean isMade; // false during the superclass's constructor

        FailingChannel() {
            isMade = true;
        }

        FailingChannel(Channel parent, SocketChannel socket) {
            super(parent, socket);
            isMade = true;
        }

        @Override
        public ChannelMetadata metadata() {
            if (isMade && isActive()) {
                throw new NoSuchMethodError("of a test");
            }
            return super.metadata();
        }
    }

    /** Accepts one {@link FailingChannel}, then ordinary channels. */
    private static final class FailingFirst extends NioServerSocketChannel {
        private boolean hasFailed;

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            SocketChannel socket = hasFailed ? null : javaChannel().accept();
            if (socket == null) {
                return super.doReadMessages(accepted);
            }
            hasFailed = true;
            accepted.add(new FailingChannel(this, socket));
            return 1;
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void registration_ofAListeningChannel_failsTheStart(Wire wire) throws Exception {
        assumeTrue(isOnTheGroup(wire), "goes over loops of its own");
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, FailingIo.over(wire.backend(), count -> true));
        try (NettyStreams streams = NettyStreams.over(group)) {
            assertThat(failureOf(
                            wire.isUnix()
                                    ? streams.startUnixServer(ECHO, Wire.newPath())
                                    : streams.startServer(ECHO, "127.0.0.1", 0)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("java.lang.NoSuchFieldError: NONE")
                    .hasRootCauseInstanceOf(NoSuchFieldError.class);
        } finally {
            end(group);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void registration_ofAConnectingChannel_failsTheConnect(Wire wire) throws Exception {
        assumeTrue(isOnTheGroup(wire), "goes over loops of its own");
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, FailingIo.over(wire.backend(), count -> true));
        try (NettyStreams servers = NettyStreams.create(wire.backend(), 1);
                NettyStreams streams = NettyStreams.over(group)) {
            Wire.Served served = wire.serve(servers, ECHO);
            assertThat(failureOf(
                            wire.isUnix()
                                    ? streams.openUnixConnection(served.path())
                                    : streams.openConnection(
                                            "localhost", served.server().port())))
                    .isInstanceOf(NoSuchFieldError.class);
            served.server().close();
        } finally {
            end(group);
        }
    }

    /** With room for one connection, the second shows that the first is no longer counted. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void registration_ofAnAcceptedChannel_endsThatConnectionOnly(Wire wire) throws Exception {
        assumeTrue(isOnTheGroup(wire), "goes over loops of its own");
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, FailingIo.over(wire.backend(), count -> count == 2));
        try (NettyStreams clients = NettyStreams.create(wire.backend(), 1);
                NettyStreams streams = NettyStreams.over(group)) {
            Wire.Served served = wire.serve(streams, ECHO, ServerOptions.DEFAULT.withMaxConnections(1));
            Wire.Served called = new Wire.Served(wire, clients, served.server(), served.path());
            try (StreamConnection first = called.connect()) {
                assertThat(first.reader()
                                .read(1)
                                .handle((bytes, lost) -> lost != null || bytes.length == 0)
                                .get(20, TimeUnit.SECONDS))
                        .isTrue();
            }
            assertEchoes(called.connect());
            get(served.server().shutdown(Duration.ofSeconds(10)));
        } finally {
            end(group);
        }
    }

    @Test
    void openingStreams_overAnAcceptedChannel_endsThatConnectionOnly() throws Exception {
        Loops loops = Loops.owned(IoBackend.NIO, 1, true);
        try {
            ServerOptions options = ServerOptions.DEFAULT.withMaxConnections(1);
            StreamServer server = new StreamServer(loops.group, StreamLimits.DEFAULT, ECHO, options, loops.connections);
            new Listening(loops.group, server, options)
                    .openTcp(
                            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                            address -> new FailingFirst(),
                            null);
            server.startServing();
            try (Socket first = new Socket(InetAddress.getLoopbackAddress(), server.port());
                    Socket second = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                second.setSoTimeout(20_000);
                second.getOutputStream().write(42);
                assertThat(second.getInputStream().read()).isEqualTo(42);
                assertThat(first.getInputStream().read()).isNegative();
            }
            get(server.shutdown(Duration.ofSeconds(10)));
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @Test
    void openingStreams_overAConnectedChannel_failsTheConnect() throws Exception {
        Loops loops = Loops.owned(IoBackend.NIO, 1, true);
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0));
            AddressRace race = new AddressRace(
                    loops.group.next(), FailingChannel::new, StreamLimits.DEFAULT, ConnectOptions.DEFAULT, "a test");
            race.begin();
            race.start(server.addresses());
            assertThat(failureOf(race.result())).isInstanceOf(NoSuchMethodError.class);
            server.close();
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @Test
    void openingStreams_overAnAdoptedChannel_failsTheAdoption_andClosesTheChannel() throws Exception {
        AtomicInteger count = new AtomicInteger();
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            public ChannelMetadata metadata() {
                if (count.incrementAndGet() == 2) { // the first registration checks whether the channel can be adopted
                    throw new NoSuchMethodError("of a test");
                }
                return super.metadata();
            }
        };
        count.set(0);
        var adopted = StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT);
        channel.runPendingTasks();
        assertThat(failureOf(adopted)).isInstanceOf(NoSuchMethodError.class);
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
    }

    /** An upgrade of the application: its exception, or a null stage, fails the connect. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void upgrade_thatIsNone_failsTheConnect(Wire wire) throws Exception {
        TlsUpgrade none = new TlsUpgrade() {
            @Override
            @SuppressWarnings("NullAway")
            public TlsUpgrade towards(String host, int port) {
                return null;
            }

            @Override
            public Duration handshakeTimeout() {
                return Duration.ofSeconds(10);
            }

            @Override
            public LeftoverPolicy leftoverPolicy() {
                return LeftoverPolicy.REFUSE;
            }

            @Override
            public CompletionStage<TlsSession> apply(Transport transport, byte[] leftover) {
                throw new AssertionError("nobody calls it");
            }
        };
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0));
            assertThat(failureOf(streams.openConnection("127.0.0.1", server.port(), none)))
                    .isInstanceOf(NullPointerException.class);
            get(server.shutdown(Duration.ofSeconds(10)));
        }
    }

    private static boolean isOnTheGroup(Wire wire) {
        return !wire.isUnix() || wire.backend().forUnixSockets() == wire.backend();
    }

    private static void assertEchoes(StreamConnection client) throws Exception {
        client.writer().write(new byte[] {42});
        assertThat(get(client.reader().read(1))).containsExactly(42);
        client.close();
    }

    private static void end(EventLoopGroup group) {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
