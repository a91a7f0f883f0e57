package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server on a listening socket that the process has inherited (S1). */
@ExtendWith(NoLeaks.class)
class DescriptorTest {
    private static final int NOT_OPEN = 999_999;

    static Stream<IoBackend> withDescriptors() {
        return IoBackend.available().stream().filter(backend -> backend.forUnixSockets() == IoBackend.EPOLL);
    }

    /** A service manager's socket is a blocking one, and may be shared: a loop must not wait on it. */
    @ParameterizedTest
    @MethodSource("withDescriptors")
    void socketsOfAnotherProcess_areServed(IoBackend backend, @TempDir Path directory) throws Exception {
        assumeTrue(isPython(), "skipped: there is no python3 to hand descriptors over");
        Path unix = directory.resolve("s");
        String script = String.join(
                "\n",
                "import os, socket, sys",
                "tcp = socket.socket(); tcp.bind(('127.0.0.1', 0)); tcp.listen(5)",
                "unix = socket.socket(socket.AF_UNIX); unix.bind('" + unix + "'); unix.listen(5)",
                "high = [os.dup(each.fileno()) for each in (tcp, unix)]",
                "high = [os.dup2(fd, 100 + i) for i, fd in enumerate(high)]",
                "for i, fd in enumerate(high): os.dup2(fd, 3 + i, inheritable=True)",
                "os.environ['LISTEN_FDS'] = '2'",
                "os.environ['LISTEN_PID'] = str(os.getpid())",
                "os.execvp(sys.argv[1], sys.argv[1:])");
        String printed = ChildJvm.likeThisOne()
                .startedBy(List.of("python3", "-c", script))
                .run(InheritedSockets.class, backend.name());
        assertThat(printed).contains("non-blocking: false, then true").doesNotContain("then false");
        assertThat(printed).contains("served /127.0.0.1:").contains("served " + unix);
        assertThat(unix).exists(); // it is the service manager's
    }

    private static boolean isPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "pass").start().waitFor(20, TimeUnit.SECONDS);
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("withDescriptors")
    void descriptorThatIsNoListeningSocket_isRefusedInWords_andLeftOpen(IoBackend backend, @TempDir Path directory)
            throws Exception {
        FileDescriptor file = FileDescriptor.from(directory.resolve("file").toString());
        Socket datagrams = Socket.newSocketDgram();
        Socket silent = Socket.newSocketStream();
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            refused(streams, NOT_OPEN, "Bad file descriptor");
            refused(streams, file.intValue(), "Socket operation on non-socket");
            refused(streams, datagrams.intValue(), "it is a datagram socket");
            refused(streams, silent.intValue(), "it is a socket that does not listen");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> streams.startServerOnDescriptor(ECHO, -1))
                    .withMessage("descriptor < 0: -1");
            silent.close(); // throws unless it is open
            datagrams.close();
            file.close();
        }
    }

    private static void refused(NettyStreams streams, int descriptor, String reason) throws Exception {
        assertThat(failureOf(streams.startServerOnDescriptor(ECHO, descriptor)))
                .isInstanceOf(IOException.class)
                .hasMessage("could not listen on descriptor " + descriptor + ": " + reason);
    }

    @ParameterizedTest
    @MethodSource("withDescriptors")
    void closing_closesTheDescriptor(IoBackend backend) throws Exception {
        Socket socket = Socket.newSocketStream();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.listen(5);
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            StreamServer server = get(streams.startServerOnDescriptor(ECHO, socket.intValue()));
            assertThat(server.port()).isEqualTo(socket.localAddress().getPort());
            try (StreamConnection client = get(streams.openConnection("127.0.0.1", server.port()))) {
                ListeningChannelTest.assertEchoes(client);
            }
            server.close();
            assertThatThrownBy(() -> InheritedSocket.isListening(socket)).isInstanceOf(ClosedChannelException.class);
        }
    }

    /** Closing one server would close the descriptor under the other, or under a socket that has its number by then. */
    @ParameterizedTest
    @MethodSource("withDescriptors")
    void descriptorOfARunningServer_isRefused(IoBackend backend) throws Exception {
        Socket socket = Socket.newSocketStream();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.listen(5);
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> streams.startServerOnDescriptor(
                            ECHO, socket.intValue(), ServerOptions.DEFAULT.withReusePort(true)));
            StreamServer server = get(streams.startServerOnDescriptor(ECHO, socket.intValue()));
            refused(streams, socket.intValue(), "another server of this program has it");
            try (StreamConnection client = get(streams.openConnection("127.0.0.1", server.port()))) {
                ListeningChannelTest.assertEchoes(client);
            }
            server.close();
            Socket next = Socket.newSocketStream(); // has the number now
            next.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            next.listen(5);
            assertThat(next.intValue()).isEqualTo(socket.intValue());
            get(streams.startServerOnDescriptor(ECHO, next.intValue())).close();
        }
    }

    @Test
    void otherBackends_refuseInWords() {
        for (IoBackend backend : IoBackend.available()) {
            if (backend.forUnixSockets() != IoBackend.EPOLL) {
                try (NettyStreams streams = NettyStreams.create(backend, 1)) {
                    assertThatThrownBy(() -> streams.startServerOnDescriptor(ECHO, 3))
                            .isInstanceOf(UnsupportedOperationException.class)
                            .hasMessage("a server on a descriptor needs epoll or io_uring, and this is nio");
                }
            }
        }
    }

    @Test
    void environment_namesTheDescriptors_ofThisProcessOnly() {
        assertThat(ListenFds.in(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "17"), 17))
                .containsExactly(3, 4);
        assertThat(ListenFds.in(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "18"), 17))
                .isEmpty();
        assertThat(ListenFds.in(Map.of("LISTEN_FDS", "2"), 17)).isEmpty();
        assertThat(ListenFds.in(Map.of(), 17)).isEmpty();
        for (String count : List.of("two", "-1", "99999999999", "2000000000")) {
            assertThatThrownBy(() -> ListenFds.in(Map.of("LISTEN_FDS", count, "LISTEN_PID", "17"), 17))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the environment variable LISTEN_FDS is not a number from 0 to 1048576: " + count);
        }
        assertThat(NettyStreams.inheritedDescriptors()).isEmpty();
    }
}
