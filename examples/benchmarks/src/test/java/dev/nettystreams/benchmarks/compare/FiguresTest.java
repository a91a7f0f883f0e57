package dev.nettystreams.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.ServerKind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Statistics, verdicts, the order of pairs, estimates, and the parsers of other programs' output. */
class FiguresTest {
    private static final Workload REQUESTS = Workload.named("request-reply");

    private static Round.Sample sample(double rate, double cpuMicros, double generatorShare) {
        return new Round.Sample(rate, cpuMicros, 100, generatorShare, 0.7);
    }

    static Result result(Round... rounds) {
        return new Result(REQUESTS, "server", "baseline", List.of(rounds), null, null);
    }

    @Test
    void quartiles_areInterpolated() {
        assertThat(Statistics.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Statistics(1, 1.75, 2.5, 3.25, 4));
        assertThat(Statistics.of(List.of(7.0))).isEqualTo(new Statistics(7, 7, 7, 7, 7));
    }

    @Test
    void unknownFigures_areLeftOut() {
        assertThat(Statistics.of(List.of(Double.NaN, 5.0))).isEqualTo(new Statistics(5, 5, 5, 5, 5));
        assertThat(Statistics.of(List.of(Double.NaN))).isEqualTo(Statistics.NONE);
    }

    @Test
    void ratios_areThoseOfTheSameRound() {
        Result result = result(
                new Round(sample(50, 2, 0.5), sample(100, 1, 0.5)),
                new Round(sample(8, 3, 0.5), sample(10, 2, 0.5)),
                new Round(sample(90, 2, 0.5), sample(100, 1, 0.5)));
        assertThat(result.rateRatio()).isEqualTo(new Statistics(0.5, 0.65, 0.8, 0.8500000000000001, 0.9));
        assertThat(result.bestRatio()).isEqualTo(0.9);
        assertThat(result.leastCpuRatio()).isEqualTo(2);
        assertThat(result.isByCpu()).isFalse();
        assertThat(result.score()).isEqualTo(0.8);
    }

    @Test
    void aBusyGenerator_makesProcessorTimeTheVerdict() {
        Round bound = new Round(sample(100, 4, 0.95), sample(100, 2, 0.5));
        Round unbound = new Round(sample(80, 4, 0.9), sample(100, 2, 0.9));
        assertThat(result(bound, bound, unbound).isByCpu()).isTrue();
        assertThat(result(bound, bound, unbound).score()).isEqualTo(0.5);
        assertThat(result(bound, unbound, unbound).isByCpu()).isFalse();
    }

    @Test
    void twoIdleSides_areSaidToBeDisturbed() {
        Round.Sample busy = new Round.Sample(100, 4, 100, 0.3, 0.95);
        Round.Sample held = new Round.Sample(20, 4, 100, 0.3, 0.5);
        assertThat(result(new Round(busy, busy)).isDisturbed()).isFalse();
        assertThat(result(new Round(busy, held)).isDisturbed()).isTrue();
        assertThat(result(new Round(busy, held), new Round(busy, busy)).isDisturbed())
                .isFalse();
    }

    @Test
    void withoutProcessorTimes_ratesAreTheVerdict() {
        Round bound = new Round(sample(90, Double.NaN, 0.95), sample(100, Double.NaN, 0.95));
        assertThat(result(bound).isByCpu()).isFalse();
        assertThat(result(bound).score()).isEqualTo(0.9);
    }

    @Test
    void eachServerOfAPair_isFirstInEveryOtherRound() {
        assertThat(IntStream.range(0, 6).mapToObj(Plan::isCandidateFirst))
                .containsExactly(true, false, true, false, true, false);
    }

    @Test
    void plan_pairsEachServerWithTheBaseline_onceForEachMode() {
        Contender baseline = Contender.of(ServerKind.named("raw-nio"));
        Contender lines = Contender.of(ServerKind.named("netty-lines"));
        Contender jdkTls = Contender.of(ServerKind.named("ours-loop-jdktls"));
        Contender vertx = Contender.of(ServerKind.named("vertx"));
        List<Workload> workloads = List.of(
                REQUESTS,
                Workload.named("echo"),
                Workload.named("pipelined"),
                Workload.named("idle"),
                Workload.named("tls-echo"));
        Plan plan = Plan.of(baseline, List.of(vertx, lines, jdkTls), workloads);
        assertThat(plan.pairs().stream()
                        .map(pair -> pair.candidate().name() + " "
                                + pair.workloads().stream().map(Workload::name).toList()))
                .containsExactly(
                        "vertx [request-reply, pipelined]",
                        "netty-lines [request-reply, pipelined]",
                        "vertx [echo]",
                        "vertx [idle]",
                        "netty-lines [idle]",
                        "vertx [tls-echo]",
                        "ours-loop-jdktls [tls-echo]");
    }

    @Test
    void timeLeft_followsHowWrongTheEstimatesWere() {
        Progress progress = new Progress(Duration.ofSeconds(100), 4);
        assertThat(progress.text(Duration.ZERO)).isEqualTo("[0/4, 1 min 40 s left]");
        progress.finished(Duration.ofSeconds(50));
        assertThat(progress.text(Duration.ofSeconds(60))).isEqualTo("[1/4, 1 min 0 s left]");
        assertThat(Progress.inWords(Duration.ofSeconds(2 * 3600 + 61))).isEqualTo("2 h 1 min");
    }

    @Test
    void quickPlan_isEstimatedBelowTwoMinutes() {
        Plan plan = Plan.of(
                Contender.of(ServerKind.named(ServerKind.BASELINE)),
                IntStream.range(0, 5)
                        .mapToObj(i -> new Contender("c" + i, null, "x"))
                        .toList(),
                List.of(REQUESTS, Workload.named("pipelined"), Workload.named("echo-bulk")));
        Duration whole = plan.pairs().stream()
                .map(pair -> Plan.estimate(pair, Settings.QUICK))
                .reduce(Duration.ZERO, Duration::plus);
        assertThat(whole).isLessThan(Duration.ofSeconds(115));
        assertThat(Settings.QUICK.timeLimit()).isLessThan(Duration.ofMinutes(2));
    }

    @Test
    void straceSummary_isItsTotal() throws IOException {
        assertThat(SystemCallCounter.total(List.of(
                        "% time     seconds  usecs/call     calls    errors syscall",
                        "------ ----------- ----------- --------- --------- ----------------",
                        " 60.00    0.000300           3       100         5 read",
                        "100.00    0.000500           3       150         5 total")))
                .isEqualTo(150);
    }

    @Test
    void coreLists_areExpanded() {
        assertThat(Cores.expanded("0,2-4,7")).containsExactly(0, 2, 3, 4, 7);
    }
}
