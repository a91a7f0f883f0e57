package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options are values: each method changes one of them in a copy, and refuses what is out of range. */
class OptionsTest {
    private static final InetSocketAddress LOOPBACK6 = loopback6();
    private static final Ignoring IGNORING = new Ignoring();

    private static final class Ignoring implements FailureReporter, Consumer<Object> {
        @Override
        public void report(StreamConnection connection, Throwable failure) {}

        @Override
        public void accept(Object channel) {}
    }

    private static InetSocketAddress loopback6() {
        try {
            return new InetSocketAddress(InetAddress.getAllByName("::1")[0], 7);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** Every with... method; each gives a value that differs from the default. */
    private static final List<UnaryOperator<ConnectOptions>> OF_CONNECTS = List.of(
            options -> options.withConnectTimeout(Duration.ofSeconds(1)),
            options -> options.withAttemptDelay(Duration.ofSeconds(1)),
            options -> options.withFamily(StandardProtocolFamily.INET6),
            options -> options.withLocalAddress(LOOPBACK6),
            options -> options.withKeepAlive(true),
            options -> options.withReadIdleTimeout(Duration.ofSeconds(1)),
            options -> options.withWriteIdleTimeout(Duration.ofSeconds(1)),
            options -> options.withChannel(IGNORING));

    private static final List<UnaryOperator<ServerOptions>> OF_SERVERS = List.of(
            options -> options.withBacklog(7),
            options -> options.withMaxConnections(7),
            options -> options.withStartServing(false),
            options -> options.withFamily(StandardProtocolFamily.INET6),
            options -> options.withReusePort(true),
            options -> options.withUnixPermissions(Set.of(PosixFilePermission.OWNER_WRITE)),
            options -> options.withReporter(IGNORING),
            options -> options.withKeepAlive(true),
            options -> options.withReadIdleTimeout(Duration.ofSeconds(1)),
            options -> options.withWriteIdleTimeout(Duration.ofSeconds(1)),
            options -> options.withChannel(IGNORING));

    @Test
    void eachMethod_changesOneValue_andKeepsTheOthers() {
        assertValues(ConnectOptions.DEFAULT, OF_CONNECTS);
        assertValues(ServerOptions.DEFAULT, OF_SERVERS);
        assertThat(ConnectOptions.DEFAULT).hasToString("ConnectOptions[connectTimeout=30 s, attemptDelay=250 ms]");
        assertThat(ServerOptions.DEFAULT).hasToString("ServerOptions[backlog=100]");
    }

    /** Applied in any order, the same changes give the same options: no method forgets the value of another. */
    private static <O> void assertValues(O initial, List<UnaryOperator<O>> changes) {
        List<O> changed = new ArrayList<>();
        O forwards = initial;
        for (UnaryOperator<O> change : changes) {
            O once = change.apply(initial);
            assertThat(once)
                    .isNotEqualTo(initial)
                    .isEqualTo(change.apply(initial))
                    .hasSameHashCodeAs(once);
            assertThat(changed).doesNotContain(once);
            changed.add(once);
            forwards = change.apply(forwards);
        }
        O backwards = initial;
        for (int i = changes.size() - 1; i >= 0; i--) {
            backwards = changes.get(i).apply(backwards);
        }
        assertThat(backwards).isEqualTo(forwards).hasSameHashCodeAs(forwards).hasToString(forwards.toString());
        for (UnaryOperator<O> change : changes) {
            assertThat(change.apply(forwards)).isEqualTo(forwards);
        }
    }

    @Test
    void valuesOutOfRange_areRefused_withTheBound() {
        refused("connectTimeout <= 0: PT0S", () -> ConnectOptions.DEFAULT.withConnectTimeout(Duration.ZERO));
        refused("attemptDelay < 0: PT-1S", () -> ConnectOptions.DEFAULT.withAttemptDelay(Duration.ofSeconds(-1)));
        refused("readIdleTimeout <= 0: PT0S", () -> ConnectOptions.DEFAULT.withReadIdleTimeout(Duration.ZERO));
        refused("writeIdleTimeout <= 0: PT0S", () -> ServerOptions.DEFAULT.withWriteIdleTimeout(Duration.ZERO));
        refused("backlog < 1: 0", () -> ServerOptions.DEFAULT.withBacklog(0));
        refused("maxConnections < 1: 0", () -> ServerOptions.DEFAULT.withMaxConnections(0));
        refused(
                "family is neither INET nor INET6: UNIX",
                () -> ConnectOptions.DEFAULT.withFamily(StandardProtocolFamily.UNIX));
        refused(
                "family is neither INET nor INET6: UNIX",
                () -> ServerOptions.DEFAULT.withFamily(StandardProtocolFamily.UNIX));
        refused(
                "localAddress is unresolved: here.invalid/<unresolved>:7",
                () -> ConnectOptions.DEFAULT.withLocalAddress(InetSocketAddress.createUnresolved("here.invalid", 7)));
        refused(
                "localAddress is not of the family INET: /[0:0:0:0:0:0:0:1]:7",
                () -> ConnectOptions.DEFAULT
                        .withFamily(StandardProtocolFamily.INET)
                        .withLocalAddress(LOOPBACK6));
    }

    @Test
    void permissions_areCopied() {
        Set<PosixFilePermission> permissions = EnumSet.of(PosixFilePermission.OWNER_READ);
        ServerOptions options = ServerOptions.DEFAULT.withUnixPermissions(permissions);
        permissions.clear();
        assertThat(options.unixPermissions()).containsExactly(PosixFilePermission.OWNER_READ);
    }

    /** An option without effect would be a trap. */
    @Test
    void optionsOfTheOtherKindOfSocket_areRefusedAtTheCall(@TempDir java.nio.file.Path directory) {
        java.nio.file.Path path = directory.resolve("s");
        try (NettyStreams streams = NettyStreams.create(IoBackend.best(), 1)) {
            for (UnaryOperator<ConnectOptions> change : OF_CONNECTS.subList(2, 5)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> streams.openUnixConnection(path, change.apply(ConnectOptions.DEFAULT)))
                        .withMessageContaining("given, and");
            }
            for (ServerOptions ofTcp : List.of(
                    ServerOptions.DEFAULT.withFamily(StandardProtocolFamily.INET),
                    ServerOptions.DEFAULT.withReusePort(true),
                    ServerOptions.DEFAULT.withKeepAlive(true))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(
                                () -> streams.startUnixServer((reader, writer) -> {}, directory.resolve("s"), ofTcp))
                        .withMessageContaining("given, and Unix sockets take none");
            }
            ServerOptions ofUnix = ServerOptions.DEFAULT.withUnixPermissions(Set.of());
            refused(
                    "permissions given, and TCP sockets take none",
                    () -> streams.startServer((reader, writer) -> {}, "127.0.0.1", 0, ofUnix));
        }
    }

    private static void refused(String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
    }
}
