package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A server's Unix socket damages no other file at its path, before or after. */
@ExtendWith(NoLeaks.class)
class UnixSocketTest {
    @TempDir
    Path directory;

    static List<IoBackend> backends() {
        return IoBackend.available();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void path_isThereWhileTheServerListens_andNothingElseIs(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path path = directory.resolve("s");
            StreamServer server = get(streams.startUnixServer(ECHO, path.toString()));
            assertThat(directory).isDirectoryContaining(found -> found.equals(path));
            assertThat(entries()).containsExactly(path);
            assertThat(server.addresses().toString()).contains(path.toString()).doesNotContain("/.s");
            server.close();
            assertThat(entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void staleSocket_isReplaced(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path path = directory.resolve("s");
            try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                stale.bind(UnixDomainSocketAddress.of(path));
            }
            assertThat(path).exists();
            StreamServer server = get(streams.startUnixServer(ECHO, path.toString()));
            assertEchoes(streams, path);
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void liveSocket_isNotStolen(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path path = directory.resolve("s");
            StreamServer first = get(streams.startUnixServer(ECHO, path.toString()));
            assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("already in use")
                    .hasMessageContaining(path.toString());
            assertEchoes(streams, path);
            assertThat(entries()).containsExactly(path);
            first.close();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whatIsNotASocket_isLeftAlone(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path file = Files.writeString(directory.resolve("file"), "precious");
            Path link = Files.createSymbolicLink(directory.resolve("link"), file);
            Path folder = Files.createDirectory(directory.resolve("folder"));
            for (Path path : List.of(file, link, folder)) {
                assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                        .isInstanceOf(BindException.class)
                        .hasMessageContaining("is not a socket");
            }
            assertThat(file).hasContent("precious");
            assertThat(link).isSymbolicLink();
            assertThat(entries()).containsExactlyInAnyOrder(file, link, folder);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void close_leavesAReplacedPathAlone(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path path = directory.resolve("s");
            StreamServer first = get(streams.startUnixServer(ECHO, path.toString()));
            Files.delete(path);
            StreamServer second = get(streams.startUnixServer(ECHO, path.toString()));
            first.close();
            assertEchoes(streams, path);
            second.close();
            assertThat(path).doesNotExist();
            StreamServer third = get(streams.startUnixServer(ECHO, path.toString()));
            Files.delete(path);
            third.close(); // the file may be gone already
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void permissions_areWhatTheOptionsSay(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Path path = directory.resolve("s");
            var ownerOnly = PosixFilePermissions.fromString("rw-------");
            StreamServer server = get(streams.startUnixServer(
                    ECHO, path.toString(), ServerOptions.DEFAULT.withUnixPermissions(ownerOnly)));
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(ownerOnly);
            server.close();
        }
    }

    @Test
    void permissions_areSetBeforeAnybodyCanConnect() throws Exception {
        var ownerOnly = PosixFilePermissions.fromString("rw-------");
        Path path = directory.resolve("s");
        UnixSocketGuard guard = UnixSocketGuard.prepare(path);
        try (ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            bound.bind(UnixDomainSocketAddress.of(guard.privatePath()));
            assertThat(Files.getPosixFilePermissions(guard.privatePath().getParent()))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            Path kept = Files.createLink(directory.resolve("kept"), guard.privatePath());
            Files.createFile(path); // publishing fails at this file
            assertThatThrownBy(() -> guard.publish(ownerOnly)).isInstanceOf(BindException.class);
            assertThat(Files.getPosixFilePermissions(kept)).isEqualTo(ownerOnly);
        }
        assertThat(entries()).containsExactlyInAnyOrder(path, directory.resolve("kept"));
    }

    @ParameterizedTest
    @MethodSource("backends")
    void badPaths_areRefusedWithTheReason(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend)) {
            String tooLong = "/tmp/" + "x".repeat(103);
            assertThatThrownBy(() -> streams.startUnixServer(ECHO, tooLong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too long: 108 > 107 bytes: /tmp/xxx");
            assertThatThrownBy(() -> streams.openUnixConnection(tooLong)).hasMessageContaining("too long: 108 > 107");
            assertThatThrownBy(() -> streams.openUnixConnection("a\0b")).hasMessageContaining("NUL inside: a@b");
            assertThatThrownBy(() -> streams.openUnixConnection("a\ud800b")).hasMessageContaining("half a character");
            assertThatThrownBy(() -> streams.openUnixConnection("")).hasMessageContaining("empty");
            assertThat(failureOf(streams.openUnixConnection(
                            directory.resolve("nobody").toString())))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("nobody");
            assertThat(failureOf(streams.startUnixServer(
                            ECHO, directory.resolve("no/where").toString())))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("no such directory");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void longestPath_works_withALongLastName(IoBackend backend) throws Exception {
        assertServes(
                backend,
                directory,
                longestBytes(backend) - 1 - directory.toString().length());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void longestPath_works_withAShortLastName_soThatThereIsNoRoomBesideIt(IoBackend backend) throws Exception {
        for (int nameBytes = 1; nameBytes <= 8; nameBytes++) {
            int directoryBytes = longestBytes(backend) - 1 - nameBytes;
            Path deep = Files.createDirectories(directory.resolve(
                    "d".repeat(directoryBytes - 1 - directory.toString().length())));
            assertServes(backend, deep, nameBytes);
        }
    }

    private static int longestBytes(IoBackend backend) {
        return backend == IoBackend.NIO ? 106 : 107;
    }

    private static void assertServes(IoBackend backend, Path in, int nameBytes) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            Path path = in.resolve("x".repeat(nameBytes));
            assertThat(path.toString()).hasSize(longestBytes(backend));
            Path kept = in.resolveSibling("kept");
            for (int round = 0; round < 2; round++) { // the second time over a stale socket
                StreamServer server = get(streams.startUnixServer(ECHO, path.toString()));
                assertThat(entries(in)).containsExactly(path);
                assertEchoes(streams, path);
                assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                        .hasMessageContaining("is listening");
                assertThat(entries(in)).containsExactly(path);
                Files.createLink(kept, path);
                server.close();
                assertThat(entries(in)).isEmpty();
                Files.move(kept, path);
            }
            Files.delete(path);
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void relativePath_staysRelative_howeverDeepTheWorkingDirectoryIs(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            Path here = Path.of("").toAbsolutePath();
            String relative = here.relativize(directory.resolve("s")).toString();
            String path = "./".repeat((100 - relative.length()) / 2) + relative; // the absolute path would be too long
            assertThat(here + "/" + path).hasSizeGreaterThan(107);
            StreamServer server = get(streams.startUnixServer(ECHO, path));
            assertThat(entries()).containsExactly(directory.resolve("s"));
            assertThat(server.addresses().toString()).contains(path);
            assertEchoes(streams, Path.of(path));
            server.close();
            assertThat(entries()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void serverWhoseBacklogIsFull_isAlive(IoBackend backend) throws Exception {
        try (NettyStreams streams = NettyStreams.create(backend, 1);
                ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            Path path = directory.resolve("s");
            busy.bind(UnixDomainSocketAddress.of(path), 1);
            for (int i = 0; i < 4; i++) {
                assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                        .hasMessageContaining("is listening");
            }
            assertThat(entries()).containsExactly(path);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void abstractName_leavesNoFile(IoBackend backend) throws Exception {
        assumeTrue(backend.isAvailable() && UnixPath.isLinux());
        try (NettyStreams streams = NettyStreams.create(backend)) {
            String name = "\0netty-streams-test-" + ProcessHandle.current().pid() + backend;
            StreamServer server = get(streams.startUnixServer(ECHO, name));
            try (StreamConnection client = get(streams.openUnixConnection(name))) {
                client.writer().write(new byte[] {1});
                assertThat(get(client.reader().read(1))).containsExactly(1);
            }
            server.close();
            assertThat(failureOf(streams.openUnixConnection(name))).hasMessageContaining("unix:@netty-streams-test");
        }
        try (NettyStreams nio = NettyStreams.create(IoBackend.NIO)) {
            assertThatThrownBy(() -> nio.openUnixConnection("\0name")).hasMessageContaining("need epoll on Linux");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EPOLL", "IO_URING"})
    void peerCredentials_areOurOwnHere(IoBackend backend) throws Exception {
        assumeTrue(backend.isAvailable());
        try (NettyStreams streams = NettyStreams.create(backend)) {
            Wire.Pair pair = new Wire(backend, true).pair(streams);
            UnixCredentials found = (UnixCredentials) pair.server().writer().getExtraInfo("peercred");
            assertThat(found.processId())
                    .isEqualTo((int) ProcessHandle.current().pid());
            pair.client().close();
            pair.server().close();
        }
    }

    private List<Path> entries() throws IOException {
        return entries(directory);
    }

    private static List<Path> entries(Path in) throws IOException {
        try (Stream<Path> found = Files.list(in)) {
            return found.toList();
        }
    }

    private static void assertEchoes(NettyStreams streams, Path path) throws Exception {
        try (StreamConnection client = get(streams.openUnixConnection(path.toString()))) {
            client.writer().write(new byte[] {42});
            assertThat(get(client.reader().read(1))).containsExactly(42);
        }
    }

    /** TCP waits then, and so does a blocking connect. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#unix")
    void connecting_toAFullBacklog_waitsForItsTurn(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Served served = wire.serve(
                    streams,
                    ConnectionHandler.callbacks((reader, writer) -> reader.read(-1)),
                    ServerOptions.DEFAULT.withBacklog(1).withStartServing(false));
            List<CompletableFuture<StreamConnection>> connecting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                connecting.add(streams.openUnixConnection(served.path()));
            }
            served.server().startServing();
            for (CompletableFuture<StreamConnection> each : connecting) {
                get(each).close();
            }
            served.server().close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#unix")
    void connecting_toNothing_saysSo(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            String path = Wire.newPath();
            assertThat(failureOf(streams.openUnixConnection(path)))
                    .hasMessageStartingWith("could not connect to unix:" + path)
                    .hasMessageContaining("No such file or directory");
        }
    }
}
