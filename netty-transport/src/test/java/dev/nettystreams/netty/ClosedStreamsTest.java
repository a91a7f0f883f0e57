package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.LeftoverPolicy;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.spi.Transport;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls on closed streams, and calls with null arguments. */
@ExtendWith(NoLeaks.class)
class ClosedStreamsTest {
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void closedStreams_failWhateverIsAskedOfThem_andMakeNothing(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 1, true);
        for (NettyStreams streams : List.of(NettyStreams.create(wire.backend(), 1), NettyStreams.over(group))) {
            streams.close();
            Set<Thread> before = threads();
            for (CompletableFuture<?> asked : List.of(
                    streams.openConnection("127.0.0.1", 1),
                    streams.openConnection("localhost", 1),
                    streams.openUnixConnection("/tmp/nobody"),
                    streams.startServer(ECHO, "127.0.0.1", 0),
                    streams.startUnixServer(ECHO, Wire.newPath()))) {
                assertThat(failureOf(asked)).isInstanceOf(IOException.class).hasMessage("these streams are closed");
            }
            Set<Thread> made = threads();
            made.removeAll(before);
            assertThat(made).isEmpty();
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    /** Returns the threads of event loops that these streams have created. */
    private static Set<Thread> threads() {
        Set<Thread> found = new HashSet<>(Thread.getAllStackTraces().keySet());
        found.removeIf(thread -> !thread.getName().startsWith("netty-streams-")
                || thread.getName().startsWith("netty-streams-blocking"));
        return found;
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void close_endsWhatIsBeingOpened(Wire wire) throws Exception {
        EventLoopGroup group = Loops.newGroup(wire.backend(), 1, true);
        try (BlackHole hole = new BlackHole()) {
            for (NettyStreams streams : List.of(NettyStreams.create(wire.backend(), 1), NettyStreams.over(group))) {
                CompletableFuture<StreamConnection> opening =
                        streams.openConnection("127.0.0.1", hole.address().getPort());
                streams.close();
                assertThat(failureOf(opening)).isInstanceOf(IOException.class);
            }
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    /** The peer accepts the connection and never sends a byte. */
    private record EndlessTls() implements TlsUpgrade {
        @Override
        public LeftoverPolicy leftoverPolicy() {
            return LeftoverPolicy.REFUSE;
        }

        @Override
        public Duration handshakeTimeout() {
            return Duration.ofMinutes(1);
        }

        @Override
        public CompletionStage<TlsSession> apply(Transport transport, byte[] leftover) {
            return new CompletableFuture<>();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void close_endsWhatIsBeingSecured_atAnyMoment(Wire wire) throws Exception {
        for (int i = 0; i < 30; i++) {
            try (ServerSocket peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                CompletableFuture<StreamConnection> opening =
                        streams.openConnection("127.0.0.1", peer.getLocalPort(), new EndlessTls());
                for (int spin = i * 3_000; spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                streams.close();
                get(opening.handle((connection, failure) -> assertThat(failure).isNotNull()));
            }
        }
    }

    @Test
    void sharedStreams_mayBeUsedAfterSomebodyClosedThem() throws Exception {
        NettyStreams.shared().close();
        try (StreamServer server = get(NettyStreams.shared().startServer(ECHO, "127.0.0.1", 0));
                StreamConnection client = get(NettyStreams.shared().openConnection("127.0.0.1", server.port()))) {
            client.writer().write(new byte[] {1});
            assertThat(get(client.reader().read(1))).containsExactly(1);
        }
        NettyStreams.shared().close();
    }

    @Test
    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // the test passes null on purpose
    void nothing_isRefusedAtTheCall_byName() {
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            String noString = null;
            ConnectionHandler noHandler = null;
            ServerOptions noOptions = null;
            ConnectOptions noConnectOptions = null;
            TlsUpgrade noTls = null;
            FailureReporter noReporter = null;
            assertRefused("host", () -> streams.openConnection(noString, 1));
            assertRefused("options", () -> streams.openConnection("localhost", 1, noConnectOptions));
            assertRefused("tls", () -> streams.openConnection("localhost", 1, noTls));
            assertRefused("tls", () -> streams.openUnixConnection("path", noTls));
            assertRefused("tls", () -> streams.startServer(ECHO, "localhost", 0, noTls));
            assertRefused("tls", () -> streams.startUnixServer(ECHO, "path", noTls));
            assertRefused("path", () -> streams.openUnixConnection(noString));
            assertRefused("handler", () -> streams.startServer(noHandler, "localhost", 0));
            assertRefused("host", () -> streams.startServer(ECHO, noString, 0));
            assertRefused("options", () -> streams.startServer(ECHO, "localhost", 0, noOptions));
            assertRefused("hosts", () -> streams.startServer(ECHO, (List<String>) null, 0));
            assertRefused("handler", () -> streams.startUnixServer(noHandler, "path"));
            assertRefused("path", () -> streams.startUnixServer(ECHO, noString));
            assertRefused("options", () -> streams.startUnixServer(ECHO, "path", noOptions));
            Path noPath = null;
            assertRefused("path", () -> streams.openUnixConnection(noPath));
            assertRefused("path", () -> streams.startUnixServer(ECHO, noPath));
            assertRefused("options", () -> streams.openUnixConnection("path", noConnectOptions));
            assertRefused("listening", () -> streams.startServer(ECHO, (ServerChannel) null, ServerOptions.DEFAULT));
            assertRefused("handler", () -> streams.startServerOnDescriptor(noHandler, 3));
            assertRefused("hook", () -> ConnectOptions.DEFAULT.withChannel(null));
            assertRefused("timeout", () -> ServerOptions.DEFAULT.withReadIdleTimeout(null));
            assertRefused("connectionLimits", () -> streams.withLimits(null));
            assertRefused("group", () -> NettyStreams.over(null));
            assertRefused("failureReporter", () -> ServerOptions.DEFAULT.withReporter(noReporter));
        }
    }

    private static void assertRefused(String name, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(name);
    }
}
