package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connecting: racing addresses, the timeout, and errors that name the attempts (S4). */
@ExtendWith(NoLeaks.class)
class OpenConnectionTest {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void refusedPort_failsWithItsAddress(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            int port = closedPort();
            assertThat(failureOf(streams.openConnection("127.0.0.1", port)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("could not connect to 127.0.0.1:" + port)
                    .hasMessageContaining("refused");
            for (String host : List.of("::1", "[::1]")) {
                assertThat(failureOf(streams.openConnection(host, port)))
                        .hasMessageContaining("could not connect to [::1]:" + port);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void deadAddressBeforeALiveOne_costsItsFailureOnly(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0))) {
            Loops loops = Loops.owned(wire.backend(), 1, true);
            AddressRace race = new AddressRace(
                    loops.group.next(), loops.channels().tcp(), StreamLimits.DEFAULT, ConnectOptions.DEFAULT, "both");
            race.begin();
            race.start(List.of(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort()),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port())));
            try (StreamConnection client = get(race.result())) {
                client.writer().write(new byte[] {7});
                assertThat(get(client.reader().read(1))).containsExactly(7);
            }
            loops.close(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void allAddressesDead_failsWithEveryCause(Wire wire) throws Exception {
        Loops loops = Loops.owned(wire.backend(), 1, true);
        AddressRace race = new AddressRace(
                loops.group.next(), loops.channels().tcp(), StreamLimits.DEFAULT, ConnectOptions.DEFAULT, "all");
        race.begin();
        race.start(List.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort()),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), closedPort())));
        Throwable failure = failureOf(race.result());
        assertThat(failure).isInstanceOf(ConnectException.class);
        assertThat(failure.getSuppressed()).hasSize(2);
        loops.close(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void peerThatDoesNotAnswer_runsIntoTheDeadline_andCancellingCallsItOff(Wire wire) throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                NettyStreams streams = NettyStreams.create(wire.backend())) {
            ConnectOptions brief = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofMillis(200));
            // A backlog of one holds two connections; later ones are not answered.
            CompletableFuture<StreamConnection> last = null;
            List<CompletableFuture<StreamConnection>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                last = streams.openConnection("127.0.0.1", full.getLocalPort(), i < 7 ? ConnectOptions.DEFAULT : brief);
                all.add(last);
                if (i < 4) {
                    last.handle((connection, failure) -> null)
                            .completeOnTimeout(null, 200, java.util.concurrent.TimeUnit.MILLISECONDS)
                            .get();
                } else if (i < 7) {
                    assertThat(last.cancel(false)).isTrue();
                }
            }
            assertThat(failureOf(last))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("within 200 ms");
            all.forEach(each -> each.thenAccept(StreamConnection::abort)); // nobody would answer their close
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void unknownHost_isSaidSo(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            assertThat(failureOf(streams.openConnection("host.invalid", 1))).isInstanceOf(UnknownHostException.class);
            assertThatThrownBy(() -> ConnectOptions.DEFAULT.withConnectTimeout(Duration.ZERO))
                    .hasMessage("connectTimeout <= 0: PT0S");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void localAddress_isWhereItConnectsFrom(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0))) {
            ConnectOptions from = ConnectOptions.DEFAULT.withLocalAddress(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), 0));
            try (StreamConnection client = get(streams.openConnection("127.0.0.1", server.port(), from))) {
                InetSocketAddress own = (InetSocketAddress) client.writer().getExtraInfo("sockname");
                assertThat(own.getAddress().getHostAddress()).isEqualTo("127.0.0.2");
                assertThat(client.writer().getExtraInfo("peername"))
                        .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
                assertThat(client.writer().getExtraInfo("nonsense")).isNull();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void addressThatDoesNotAnswer_costsTheAttemptDelayOnly(Wire wire) throws Exception {
        assumeTrue(UnixPath.isLinux(), "a full backlog is a black hole on Linux only");
        Loops loops = Loops.owned(wire.backend(), 1, true);
        try (BlackHole hole = new BlackHole();
                ServerSocket live = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<InetSocketAddress> addresses =
                    List.of(hole.address(), (InetSocketAddress) live.getLocalSocketAddress());
            for (Duration delay : List.of(Duration.ZERO, Duration.ofMillis(50))) {
                AddressRace race = race(
                        loops,
                        ConnectOptions.DEFAULT.withConnectTimeout(FOR_EVER).withAttemptDelay(delay));
                race.start(addresses);
                StreamConnection connection = get(race.result());
                assertThat(connection.writer().getExtraInfo("peername")).isEqualTo(addresses.get(1));
                connection.abort();
            }
            AddressRace patient = race(
                    loops,
                    ConnectOptions.DEFAULT
                            .withConnectTimeout(Duration.ofMillis(200))
                            .withAttemptDelay(FOR_EVER));
            patient.start(addresses); // the second must not be tried before the timeout
            assertThat(failureOf(patient.result())).isInstanceOf(SocketTimeoutException.class);
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void channelThatCannotBeMade_isAFailedAttempt_onTheLoop(Wire wire) throws Exception {
        Loops loops = Loops.owned(wire.backend(), 1, true);
        try (ServerSocket live = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) live.getLocalSocketAddress();
            EventLoop loop = loops.group.next();
            List<Boolean> wereOnLoop = new CopyOnWriteArrayList<>();
            ChannelFactory<? extends Channel> real = loops.channels().tcp();
            ChannelFactory<Channel> exhausted = () -> {
                wereOnLoop.add(loop.inEventLoop());
                if (wereOnLoop.size() < 4) {
                    throw new ChannelException("Too many open files");
                }
                return real.newChannel();
            };
            AddressRace race =
                    new AddressRace(loop, exhausted, StreamLimits.DEFAULT, ConnectOptions.DEFAULT, "the fourth");
            race.begin();
            race.start(List.of(address, address, address, address));
            get(race.result()).abort();
            assertThat(wereOnLoop).containsExactly(true, true, true, true);

            AddressRace lost = new AddressRace(
                    loop,
                    () -> {
                        throw new ChannelException("Too many open files");
                    },
                    StreamLimits.DEFAULT,
                    ConnectOptions.DEFAULT,
                    "none");
            lost.begin();
            lost.start(List.of(address, address));
            Throwable failure = failureOf(lost.result());
            assertThat(failure)
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("could not connect to none: Too many open files; Too many open files");
            assertThat(failure.getSuppressed()).hasSize(2);
        } finally {
            loops.close(Duration.ofSeconds(5));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void slowName_runsIntoTheDeadline(Wire wire) throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        NameLookups slow = new NameLookups(name -> {
            awaitQuietly(mayGoOn);
            throw new UnknownHostException(name);
        });
        Loops loops = Loops.owned(wire.backend(), 1, true);
        try {
            ConnectOptions brief = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofMillis(100));
            AddressRace race = new AddressRace(
                    loops.group.next(), loops.channels().tcp(), StreamLimits.DEFAULT, brief, "slow.test:1");
            race.begin();
            race.start(NameResolution.toConnectTo("slow.test", 1, ConnectOptions.DEFAULT, slow));
            assertThat(failureOf(race.result()))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("could not connect to slow.test:1 within 100 ms");
        } finally {
            mayGoOn.countDown();
            loops.close(Duration.ofSeconds(5));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void emptyHost_isRefusedAtTheCall() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NettyStreams.shared().openConnection("", 80))
                .withMessage("host is empty");
    }

    private static AddressRace race(Loops loops, ConnectOptions options) {
        AddressRace race =
                new AddressRace(loops.group.next(), loops.channels().tcp(), StreamLimits.DEFAULT, options, "both");
        race.begin();
        return race;
    }

    private static int closedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
