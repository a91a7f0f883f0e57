package dev.nettystreams.netty;

import static dev.nettystreams.netty.RequiredNettyTest.lineOf;
import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import java.net.BindException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Failures with a Unix socket name the requested path and the reason. */
@ExtendWith(NoLeaks.class)
class UnixMessagesTest {
    @TempDir
    Path directory;

    static List<IoBackend> backends() {
        return IoBackend.available();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void directoryThatIsAFile_isToldOfThePathAskedFor(IoBackend backend) throws Exception {
        Path path = Files.createFile(directory.resolve("file")).resolve("s");
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                    .isInstanceOf(BindException.class)
                    .hasMessage("could not listen on " + path + ": Not a directory");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void directoryWithoutPermission_isDeniedByName(IoBackend backend) throws Exception {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may write everywhere");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-x------"));
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            Path path = directory.resolve("s");
            assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                    .isInstanceOf(BindException.class)
                    .hasMessage("could not listen on " + path + ": permission denied");
        } finally {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /** To a connecting process, a socket without permissions looks like another user's. */
    @ParameterizedTest
    @MethodSource("backends")
    void socketThatMayNotBeConnectedTo_isRefused_andNotCalledAServers(IoBackend backend) throws Exception {
        assumeTrue(!"root".equals(System.getProperty("user.name")), "root may connect everywhere");
        Path path = directory.resolve("s");
        try (ServerSocketChannel stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stale.bind(UnixDomainSocketAddress.of(path));
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("---------"));
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            assertThat(failureOf(streams.startUnixServer(ECHO, path.toString())))
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining(path + " is a socket that this user may not connect to")
                    .hasMessageNotContaining("is listening");
        }
        assertThat(path).exists();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void abstractName_isPrintedWithAnAtSign(IoBackend backend) throws Exception {
        assumeTrue(UnixPath.isLinux() && backend != IoBackend.NIO, "no abstract names");
        String name = "\0netty-streams-" + ProcessHandle.current().pid() + backend;
        String printed = "@" + name.substring(1);
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            StreamServer server = get(streams.startUnixServer(ECHO, name));
            assertThat(server.addresses().toString()).isEqualTo("[" + printed + "]");
            assertThat(server.toString()).contains(printed).doesNotContain("\0");
            assertThat(failureOf(streams.startUnixServer(ECHO, name)))
                    .hasMessageStartingWith("could not listen on " + printed + ": ")
                    .hasMessageContaining("in use")
                    .hasMessageNotContaining("\0");
            StreamConnection client = get(streams.openUnixConnection(name));
            assertThat(client.toString()).contains(printed).doesNotContain("\0");
            assertThat(String.valueOf(client.writer().getExtraInfo("peername"))).isEqualTo(printed);
            client.close();
            server.close();
            assertThat(failureOf(streams.openUnixConnection(name)))
                    .hasMessageContaining(printed)
                    .hasMessageNotContaining("\0");
        }
    }

    @ParameterizedTest
    @MethodSource("backends")
    void pathThatTheLocaleCannotWrite_isConnectedToByItsBytes_orRefusedByTheLocalesName(IoBackend backend)
            throws Exception {
        assumeTrue(UnixPath.isLinux(), "elsewhere every locale can write it");
        ChildJvm child = ChildJvm.likeThisOne().withEnvironment(Map.of("LC_ALL", "C"));
        String printed = child.run(StrangerProgram.class, backend.name(), directory + "/s\\u00fc");
        String refusal = "java.io.IOException: the locale of this JVM (sun.jnu.encoding: ANSI_X3.4-1968) cannot write";
        assertThat(lineOf(printed, "server")).startsWith(refusal).contains("LC_ALL=C.UTF-8");
        if (backend == IoBackend.NIO) {
            assertThat(lineOf(printed, "client")).startsWith(refusal);
            return;
        }
        assertThat(lineOf(printed, "client")).contains("No such file or directory");
        try (NettyStreams streams = NettyStreams.create(backend, 1)) {
            assumeTrue("UTF-8".equals(System.getProperty("sun.jnu.encoding")), "this JVM cannot write it, either");
            StreamServer server = get(streams.startUnixServer(ECHO, directory + "/s\u00fc"));
            printed = child.run(StrangerProgram.class, backend.name(), directory + "/s\\u00fc");
            assertThat(lineOf(printed, "client")).isEqualTo("well");
            server.close();
        }
    }

    @Test
    void longestNames_areTheSystems() {
        assumeTrue(UnixPath.isLinux(), "elsewhere they are shorter");
        assertThat(new UnixPath("\0" + "n".repeat(107)).isAbstract()).isTrue();
        assertThat(new UnixPath("/" + "n".repeat(106)).isAbstract()).isFalse();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> new UnixPath("\0" + "n".repeat(108)))
                .hasMessageContaining("too long: 109 > 108 bytes: @nnn");
    }
}
