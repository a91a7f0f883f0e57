package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.netty.support.Wire;
import io.netty.channel.ChannelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages contain the system's text, the same on every backend. */
class ReasonTest {
    /** The system names no address, or the target. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void localAddressThatCannotBeBound_isToldWithTheReason(Wire wire) throws Exception {
        InetSocketAddress foreign = address("192.0.2.1", 0);
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server = get(streams.startServer(ECHO, "127.0.0.1", 0))) {
            InetSocketAddress taken = address("127.0.0.1", server.port());
            String start = "could not connect to 127.0.0.1:" + server.port() + " from ";
            ConnectOptions options = ConnectOptions.DEFAULT;
            assertThat(failureOf(streams.openConnection("127.0.0.1", server.port(), options.withLocalAddress(foreign))))
                    .hasMessageStartingWith(start + "192.0.2.1: ")
                    .hasMessageContaining("Cannot assign requested address");
            assertThat(failureOf(streams.openConnection("127.0.0.1", server.port(), options.withLocalAddress(taken))))
                    .hasMessageStartingWith(start + "127.0.0.1:" + server.port() + ": ")
                    .hasMessageContaining("Address already in use");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void localAddressOfAnotherFamily_isToldWithBothAddresses(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            ConnectOptions fromIpv6 = ConnectOptions.DEFAULT.withLocalAddress(address("::1", 0));
            assertThat(failureOf(streams.openConnection("127.0.0.1", 9, fromIpv6)))
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("could not connect to 127.0.0.1:9: the local address 0:0:0:0:0:0:0:1 is of another"
                            + " family than 127.0.0.1");
        }
    }

    /** Netty's message is "Failed to open a socket."; only the cause has the reason. */
    @Test
    void socketThatCannotBeMade_isToldInTheSystemsWords() {
        IOException full = new IOException("Too many open files");
        assertThat(Reason.of(new ChannelException("Failed to open a socket.", full)))
                .isEqualTo("Too many open files");
        assertThat(Reason.of(new ChannelException(full))).isEqualTo("Too many open files");
        assertThat(Reason.of(new ChannelException("of Netty's own"))).isEqualTo("of Netty's own");
    }

    @Test
    void silentFailures_getWords_andKeepTheirCause() throws Exception {
        InetSocketAddress to = address("127.0.0.1", 9);
        for (NoRouteToHostException silent :
                new NoRouteToHostException[] {new NoRouteToHostException(), new NoRouteToHostException("null: " + to)
                }) {
            assertThat(Reason.worded(silent, to, null))
                    .isInstanceOf(NoRouteToHostException.class)
                    .hasMessage("No route to host: " + to)
                    .hasCause(silent);
        }
        UnixAddress path = new UnixAddress("/a/b");
        assertThat(Reason.worded(new FileNotFoundException(), path, null))
                .hasMessage("No such file or directory: /a/b");
        IOException loud = new IOException("words");
        assertThat(Reason.worded(loud, to, null)).isSameAs(loud);
    }

    @Test
    void failuresOfTheFileSystem_haveTheReasonAlone() {
        assertThat(Reason.of(new AccessDeniedException("/a/.s123"))).isEqualTo("permission denied");
        assertThat(Reason.of(new NoSuchFileException("/a/.s123"))).isEqualTo("No such file or directory");
        assertThat(Reason.of(new FileSystemException("/a/.s123", null, "Read-only file system")))
                .isEqualTo("Read-only file system");
        assertThat(Reason.of(new FileSystemException("/a/.s123"))).doesNotContain("/a");
        assertThat(Reason.of(new NoSuchFieldError("NONE"))).isEqualTo("java.lang.NoSuchFieldError: NONE");
    }

    /** The JDK's exceptions for ECONNREFUSED, EACCES (both forms) and EAGAIN. */
    @Test
    void probeOfASocket_tellsStaleOnesFromThoseThatMayNotBeLookedAt() {
        assertThat(UnixSocketGuard.Answer.of(new ConnectException("Connection refused")))
                .isEqualTo(UnixSocketGuard.Answer.NONE);
        assertThat(UnixSocketGuard.Answer.of(new BindException("Permission denied")))
                .isEqualTo(UnixSocketGuard.Answer.DENIED);
        assertThat(UnixSocketGuard.Answer.of(new SocketException("Permission denied")))
                .isEqualTo(UnixSocketGuard.Answer.DENIED);
        assertThat(UnixSocketGuard.Answer.of(new SocketException("Resource temporarily unavailable")))
                .isEqualTo(UnixSocketGuard.Answer.A_SERVERS);
    }

    private static InetSocketAddress address(String host, int port) throws IOException {
        return new InetSocketAddress(InetAddress.getAllByName(host)[0], port);
    }
}
