package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The pairs of a comparison, in their order. A pair is one process of a server and one of the baseline, which live
 * together through all workloads of one mode; no other server lives at that time.
 *
 * @param baseline the server that all others are compared with
 * @param pairs the pairs
 */
public record Plan(Contender baseline, List<Pair> pairs) {
    /** The approximate time to start and to stop two servers. */
    private static final Duration START = Duration.ofMillis(2500);

    /**
     * Two processes, and the workloads that they go through.
     *
     * @param candidate the server to compare
     * @param workloads workloads of one mode
     */
    public record Pair(Contender candidate, List<Workload> workloads) {
        Mode mode() {
            return workloads.get(0).mode();
        }

        boolean isTls() {
            return workloads.get(0).isTls();
        }

        String workloadNames() {
            return String.join(", ", workloads.stream().map(Workload::name).toList());
        }

        int loops() {
            return workloads.get(0).loops();
        }

        boolean isIdle() {
            return workloads.get(0).kind() == Workload.Kind.IDLE;
        }
    }

    private record Group(Mode mode, boolean isTls, boolean isIdle, int loops) {}

    /**
     * Plans a comparison. If the baseline is among the servers, it is compared with a second process of itself, which
     * shows the noise.
     *
     * @param baseline the baseline
     * @param contenders the servers, in the order of the report
     * @param workloads the workloads, in the order of the report
     * @return all pairs whose server is made for their workloads
     */
    public static Plan of(Contender baseline, List<Contender> contenders, List<Workload> workloads) {
        Map<Group, List<Workload>> groups = new LinkedHashMap<>();
        for (Workload workload : workloads) {
            boolean isIdle = workload.kind() == Workload.Kind.IDLE;
            Group group = new Group(workload.mode(), workload.isTls(), isIdle, workload.loops());
            groups.computeIfAbsent(group, each -> new ArrayList<>()).add(workload);
        }
        List<Pair> pairs = new ArrayList<>();
        groups.forEach((group, loads) -> {
            for (Contender contender : contenders) {
                if (contender.isFor(group.mode(), group.isTls()) && (group.loops() == 1 || contender.hasLoops())) {
                    pairs.add(new Pair(contender, List.copyOf(loads)));
                }
            }
        });
        return new Plan(baseline, List.copyOf(pairs));
    }

    /**
     * Returns whether a server is first in a round. The order changes with each round, so that none is served by its
     * place: what the first one leaves behind (a warm cache, garbage, a hot core) falls to both alike.
     *
     * @param round the number of the round, from 0
     * @return true if the candidate is measured before the baseline
     */
    static boolean isCandidateFirst(int round) {
        return round % 2 == 0;
    }

    /** Returns about how long a pair takes. */
    static Duration estimate(Pair pair, Settings settings) {
        Duration sum = START;
        for (Workload workload : pair.workloads()) {
            sum = sum.plus(estimate(workload, settings));
        }
        return sum;
    }

    private static Duration estimate(Workload workload, Settings settings) {
        if (workload.kind() == Workload.Kind.IDLE) {
            return Duration.ofSeconds(workload.isTls() ? 12 : 6);
        }
        Duration one = settings.warmUp().plus(settings.roundTime().multipliedBy(settings.rounds()));
        if (workload.hasLatency() && settings.latencyShare() > 0) {
            one = one.plus(settings.latencyTime());
        }
        if (settings.countsSystemCalls()) {
            one = one.plus(settings.roundTime());
        }
        return one.multipliedBy(2);
    }
}
