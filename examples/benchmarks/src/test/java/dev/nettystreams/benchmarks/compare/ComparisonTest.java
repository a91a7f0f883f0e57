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
            new JvmCommand(JvmCommand.ownJava(), List.of("-XX:TieredStopAtLevel=1"));

    private static final Contender BASELINE = Contender.of(ServerKind.named("raw-nio"));

    private static Comparison comparison(
            RunFiles files,
            List<Contender> contenders,
            List<String> workloads,
            Settings settings,
            Consumer<String> log) {
        return new Comparison(
                Plan.of(
                        BASELINE,
                        contenders,
                        workloads.stream().map(Workload::named).toList()),
                settings,
                Cores.UNPINNED,
                QUICK_JVM,
                files,
                log,
                new CountDownLatch(1));
    }

    private static long serverCount() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).count();
    }

    @Test
    void aMissingPeer_isNamedAndLeftOut_andNeverAreThreeServersAlive() throws Exception {
        List<Long> alive = new ArrayList<>();
        try (RunFiles files = RunFiles.create()) {
            Comparison comparison = comparison(
                    files,
                    List.of(
                            Contender.parse("absent=no-such-program-on-this-machine"),
                            Contender.parse("silent=sleep 0 #"),
                            Contender.parse("endless=yes " + "word".repeat(50) + " #"),
                            Contender.parse("endless-line=echo; cat /dev/zero #"),
                            BASELINE),
                    List.of("request-reply", "churn", "tls-echo"),
                    SHORT,
                    line -> alive.add(serverCount()));
            assertThat(comparison.run()).isTrue();
            assertThat(comparison.results().stream()
                            .map(result -> result.workload().name()))
                    .containsExactly("request-reply", "churn", "tls-echo");
            assertThat(comparison.results()).allSatisfy(result -> {
                assertThat(result.server()).isEqualTo("raw-nio");
                assertThat(result.rounds()).hasSize(2);
                assertThat(result.score()).isPositive();
            });
            assertThat(comparison.results().get(0).latencies()).isNotNull();
            assertThat(comparison.leftOut())
                    .hasSize(4)
                    .anySatisfy(line ->
                            assertThat(line).startsWith("absent: ").contains("no-such-program-on-this-machine"));
            assertThat(comparison.leftOut())
                    .contains(
                            "silent: ended with status 0",
                            "endless: printed more than 16 MiB",
                            "endless-line: printed more than 16 MiB");
        }
        assertThat(alive).contains(2L).allMatch(count -> count <= 2);
        assertThat(serverCount()).isZero();
    }

    @Test
    void anInterrupt_leavesTheResultsSoFar() throws Exception {
        Thread measuring = Thread.currentThread();
        try (RunFiles files = RunFiles.create()) {
            Comparison comparison =
                    comparison(files, List.of(BASELINE), List.of("request-reply", "pipelined"), SHORT, line -> {
                        if (line.startsWith("  request-reply")) {
                            measuring.interrupt();
                        }
                    });
            assertThat(comparison.run()).isFalse();
            assertThat(Thread.interrupted() || serverCount() == 0).isTrue();
            assertThat(comparison.results()).hasSize(1);
        }
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
        try (RunFiles files = RunFiles.create()) {
            Comparison comparison =
                    comparison(files, List.of(BASELINE), List.of("request-reply", "echo"), late, line -> {});
            assertThat(comparison.run()).isTrue();
            assertThat(comparison.results().stream()
                            .map(result -> result.rounds().size()))
                    .hasSize(1)
                    .allMatch(count -> count < 1000);
            assertThat(comparison.leftOut()).containsExactly("raw-nio: no time left for echo");
        }
    }

    @Test
    void idleConnections_haveAFigure() throws Exception {
        try (RunFiles files = RunFiles.create()) {
            Workload few = Workload.named("idle").withConnections(100);
            Comparison comparison = new Comparison(
                    Plan.of(BASELINE, List.of(BASELINE), List.of(few)),
                    SHORT,
                    Cores.UNPINNED,
                    QUICK_JVM,
                    files,
                    line -> {},
                    new CountDownLatch(1));
            assertThat(comparison.run()).isTrue();
            assertThat(comparison.results()).hasSize(1);
        }
    }

    @Test
    void aBaselineThatFails_endsTheComparisonWithItsReason() throws Exception {
        try (RunFiles files = RunFiles.create()) {
            Comparison comparison = new Comparison(
                    Plan.of(Contender.parse("broken=echo no luck >&2; false"), List.of(BASELINE), List.of(echo())),
                    SHORT,
                    Cores.UNPINNED,
                    QUICK_JVM,
                    files,
                    line -> {},
                    new CountDownLatch(1));
            assertThatThrownBy(comparison::run)
                    .isInstanceOf(IOException.class)
                    .hasMessage("the baseline broken failed: no luck");
        }
        assertThat(serverCount()).isZero();
    }

    private static Workload echo() {
        return Workload.named("echo");
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
