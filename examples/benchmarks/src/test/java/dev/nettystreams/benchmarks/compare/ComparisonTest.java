package dev.nettystreams.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.Mode;
import dev.nettystreams.benchmarks.servers.ServerKind;
import dev.nettystreams.benchmarks.servers.ServerTask;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Comparisons of real processes, in very short rounds. */
@Timeout(120)
class ComparisonTest {
    private static final Settings SHORT = new Settings(
            Duration.ofMillis(50),
            2,
            Duration.ofMillis(50),
            0.2,
            Duration.ofMillis(100),
            Settings.UNLIMITED,
            false,
            false);

    /** Compiles little, because each server lives for a second. */
    private static final JvmCommand QUICK_JVM =
            new JvmCommand(JvmCommand.ownJava(), List.of("-XX:TieredStopAtLevel=1", "-Xms32m"));

    private static final Contender RAW = Contender.of(ServerKind.named("raw-nio"));

    private static Contender plain;
    private static RunFiles files;

    @BeforeAll
    static void createFiles() throws Exception {
        plain = Contender.parse("plain=" + PlainServer.command());
        files = RunFiles.create();
    }

    @AfterAll
    static void deleteFiles() throws Exception {
        files.close();
    }

    private static Comparison comparison(
            Contender baseline,
            List<Contender> contenders,
            List<Workload> workloads,
            Settings settings,
            Consumer<String> log) {
        return new Comparison(
                Plan.of(baseline, contenders, workloads),
                settings,
                Cores.UNPINNED,
                QUICK_JVM,
                files,
                log,
                new CountDownLatch(1));
    }

    private static List<Workload> workloads(String... names) {
        return Stream.of(names).map(Workload::named).toList();
    }

    private static long serverCount() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    @Test
    void aMissingPeer_isNamedAndLeftOut_andNeverAreThreeServersAlive() throws Exception {
        List<Long> alive = new ArrayList<>();
        Comparison comparison = comparison(
                plain,
                List.of(
                        Contender.parse("absent=no-such-program-on-this-machine"),
                        Contender.parse("silent=sleep 0 #"),
                        Contender.parse("endless=yes " + "word".repeat(50) + " #"),
                        Contender.parse("endless-line=echo; cat /dev/zero #"),
                        plain),
                workloads("request-reply", "churn"),
                SHORT,
                line -> alive.add(serverCount()));
        assertThat(comparison.run()).isTrue();
        assertThat(comparison.results().stream().map(result -> result.workload().name()))
                .containsExactly("request-reply", "churn");
        assertThat(comparison.results()).allSatisfy(result -> {
            assertThat(result.server()).isEqualTo("plain");
            assertThat(result.rounds()).hasSize(2);
            assertThat(result.score()).isPositive();
        });
        assertThat(comparison.results().get(0).latencies()).isNotNull();
        assertThat(comparison.leftOut())
                .hasSize(4)
                .anySatisfy(
                        line -> assertThat(line).startsWith("absent: ").contains("no-such-program-on-this-machine"));
        assertThat(comparison.leftOut())
                .contains(
                        "silent: ended with status 0",
                        "endless: printed more than 16 MiB",
                        "endless-line: printed more than 16 MiB");
        assertThat(alive).contains(2L).allMatch(count -> count <= 2);
        assertThat(serverCount()).isZero();
    }

    @Test
    void anInterrupt_leavesTheResultsSoFar() throws Exception {
        Thread measuring = Thread.currentThread();
        Comparison comparison =
                comparison(plain, List.of(plain), workloads("request-reply", "pipelined"), SHORT, line -> {
                    if (line.startsWith("  request-reply")) {
                        measuring.interrupt();
                    }
                });
        assertThat(comparison.run()).isFalse();
        assertThat(Thread.interrupted() || serverCount() == 0).isTrue();
        assertThat(comparison.results()).hasSize(1);
        assertThat(serverCount()).isZero();
    }

    @Test
    void whenTimeIsShort_roundsAreLeftOut_andThenServers() throws Exception {
        Settings late = new Settings(
                Duration.ofMillis(10),
                1000,
                Duration.ofMillis(10),
                0,
                Duration.ZERO,
                Duration.ofMillis(600),
                false,
                false);
        Comparison comparison = comparison(RAW, List.of(RAW), workloads("request-reply", "echo"), late, line -> {});
        assertThat(comparison.run()).isTrue();
        assertThat(comparison.results().stream().map(result -> result.rounds().size()))
                .hasSize(1)
                .allMatch(count -> count < 1000);
        assertThat(comparison.results().get(0).rounds())
                .allSatisfy(
                        round -> assertThat(round.candidate().allocatedBytes()).isPositive());
        assertThat(comparison.leftOut()).containsExactly("raw-nio: no time left for echo");
    }

    @Test
    void idleConnectionsUnderTls_haveAFigure() throws Exception {
        Workload few = Workload.named("tls-idle").withConnections(100);
        Comparison comparison = comparison(RAW, List.of(RAW), List.of(few), SHORT, line -> {});
        assertThat(comparison.run()).isTrue();
        assertThat(comparison.leftOut()).isEmpty();
        assertThat(comparison.results()).hasSize(1);
        assertThat(comparison.results().get(0).rounds())
                .hasSize(1)
                .allSatisfy(round -> assertThat(round.baseline().rate()).isPositive());
    }

    @Test
    void aBaselineThatFails_endsTheComparisonWithItsReason() throws Exception {
        Contender broken = Contender.parse("broken=echo no luck >&2; false");
        Comparison comparison = comparison(broken, List.of(plain), workloads("echo"), SHORT, line -> {});
        assertThatThrownBy(comparison::run)
                .isInstanceOf(IOException.class)
                .hasMessage("the baseline broken failed: no luck");
        assertThat(serverCount()).isZero();
    }

    @Test
    void aUsersCommand_receivesTheTask() throws Exception {
        Contender own = Contender.parse("own=java -jar my.jar --fast 'a b'");
        List<String> line = own.commandLine(
                new ServerTask(Mode.PING, 0, 4000, null), new JvmCommand("java", List.of()), () -> null);
        assertThat(line.get(line.size() - 4)).endsWith("java -jar my.jar --fast 'a b' \"$@\"");
        assertThat(line).containsSubsequence("sh", "-c").endsWith("sh", "ping", "4000");
    }
}
