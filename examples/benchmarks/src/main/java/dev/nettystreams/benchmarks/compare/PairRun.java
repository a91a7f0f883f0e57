package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.ClosedLoop;
import dev.nettystreams.benchmarks.load.LoadConnections;
import dev.nettystreams.benchmarks.load.LoadGenerator;
import dev.nettystreams.benchmarks.load.OpenLoop;
import dev.nettystreams.benchmarks.load.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** One workload on one pair: warm-up, rounds, system calls, latencies. */
final class PairRun {
    private static final int LATENCY_PARTS = 2;
    private static final Duration LEAST_WARM_UP = Duration.ofMillis(200);
    private static final double WARM_UP_SHARE = 0.4;

    private final LoadGenerator generator;
    private final Settings settings;
    private final Workload workload;
    private final ServerProcess candidate;
    private final ServerProcess baseline;

    PairRun(
            LoadGenerator generator,
            Settings settings,
            Workload workload,
            ServerProcess candidate,
            ServerProcess baseline) {
        this.generator = generator;
        this.settings = settings;
        this.workload = workload;
        this.candidate = candidate;
        this.baseline = baseline;
    }

    /**
     * Measures. Passes the result on even if it is interrupted, with the rounds that are complete.
     *
     * @param budget the time for everything; the first round is measured in any case
     * @param results takes the one result
     */
    void run(Duration budget, Consumer<Result> results) throws ServerFailure, InterruptedException {
        long end = System.nanoTime() + budget.toNanos();
        List<Round> rounds = new ArrayList<>();
        Result.@Nullable Latencies latencies = null;
        Result.@Nullable SystemCalls systemCalls = null;
        try (Load ofCandidate = Load.open(generator, workload, candidate);
                Load ofBaseline = Load.open(generator, workload, baseline)) {
            Duration warmUp = warmUp(budget);
            ofCandidate.run(warmUp);
            ofBaseline.run(warmUp);
            for (int i = 0; i < settings.rounds() && (i == 0 || System.nanoTime() - end < 0); i++) {
                rounds.add(round(i, ofCandidate, ofBaseline));
            }
            LoadConnections open = ofCandidate.connections();
            LoadConnections openToBaseline = ofBaseline.connections();
            if (settings.countsSystemCalls()) {
                systemCalls =
                        new Result.SystemCalls(systemCalls(candidate, ofCandidate), systemCalls(baseline, ofBaseline));
            }
            // Last, because connections with missing replies are of no use afterwards.
            if (settings.latencyShare() > 0 && workload.hasLatency() && open != null && openToBaseline != null) {
                latencies = latencies(open, openToBaseline, rounds);
            }
        } finally {
            if (!rounds.isEmpty()) {
                results.accept(new Result(
                        workload, candidate.name(), baseline.name(), List.copyOf(rounds), latencies, systemCalls));
            }
        }
    }

    /** Less than wanted if time is short: then both warm-ups take most of it. */
    private Duration warmUp(Duration budget) {
        long most = Math.max(LEAST_WARM_UP.toNanos(), (long) (budget.toNanos() * WARM_UP_SHARE));
        return Duration.ofNanos(Math.min(settings.warmUp().toNanos(), most));
    }

    private Round round(int number, Load ofCandidate, Load ofBaseline) throws ServerFailure, InterruptedException {
        if (Plan.isCandidateFirst(number)) {
            Round.Sample first = sample(candidate, ofCandidate);
            return new Round(first, sample(baseline, ofBaseline));
        }
        Round.Sample first = sample(baseline, ofBaseline);
        return new Round(sample(candidate, ofCandidate), first);
    }

    private Round.Sample sample(ServerProcess server, Load load) throws ServerFailure, InterruptedException {
        double allocatedBefore = server.allocatedBytes();
        Duration cpuBefore = server.cpuTime();
        long ownCpuBefore = OwnProcess.cpuNanos();
        ClosedLoop.Outcome outcome = load.run(settings.roundTime());
        double generatorShare = (double) (OwnProcess.cpuNanos() - ownCpuBefore) / outcome.nanos();
        Duration cpu = server.cpuTime().minus(cpuBefore);
        double allocated = server.allocatedBytes() - allocatedBefore;
        // Java 17 counts no threads that have ended.
        double allocatedByEach = allocated < 0 ? Double.NaN : allocated / outcome.operations();
        return new Round.Sample(
                workload.rate(outcome.operations(), outcome.nanos()),
                cpu.isZero() ? Double.NaN : cpu.toNanos() / 1e3 / outcome.operations(),
                allocatedByEach,
                generatorShare,
                (double) cpu.toNanos() / outcome.nanos());
    }

    /**
     * Both servers get the same rate, in turn and in parts, so that a disturbance of the machine meets both. The
     * baseline is the first one: a server that the rate overwhelms still works on its backlog afterwards.
     */
    private Result.Latencies latencies(LoadConnections open, LoadConnections openToBaseline, List<Round> rounds)
            throws ServerFailure, InterruptedException {
        double rate = settings.latencyShare()
                * Statistics.of(rounds.stream()
                                .map(round -> round.baseline().rate())
                                .toList())
                        .median();
        Duration part = settings.latencyTime().dividedBy(LATENCY_PARTS);
        Histogram ofCandidate = new Histogram(3);
        Histogram ofBaseline = new Histogram(3);
        Histogram delays = new Histogram(3);
        long unanswered = 0;
        for (int i = 0; i < LATENCY_PARTS; i++) {
            OpenLoop.Outcome first = openLoop(baseline, openToBaseline, rate, part);
            OpenLoop.Outcome second = openLoop(candidate, open, rate, part);
            ofBaseline.add(first.latencies());
            ofCandidate.add(second.latencies());
            delays.add(first.delays());
            delays.add(second.delays());
            unanswered += second.unanswered();
            if (first.unanswered() + second.unanswered() > 0) {
                break; // late replies would count for the next part
            }
        }
        return new Result.Latencies(rate, ofCandidate, ofBaseline, delays, unanswered);
    }

    private static OpenLoop.Outcome openLoop(ServerProcess server, LoadConnections open, double rate, Duration time)
            throws ServerFailure, InterruptedException {
        try {
            return OpenLoop.run(open, rate, time);
        } catch (IOException e) {
            throw server.failure(e);
        }
    }

    private double systemCalls(ServerProcess server, Load load) throws ServerFailure, InterruptedException {
        try (SystemCallCounter counter = SystemCallCounter.attach(server.pids())) {
            ClosedLoop.Outcome outcome = load.run(settings.roundTime());
            return (double) counter.count() / outcome.operations();
        } catch (ServerFailure e) {
            throw e;
        } catch (IOException e) {
            return Double.NaN; // not allowed on this machine
        }
    }
}
