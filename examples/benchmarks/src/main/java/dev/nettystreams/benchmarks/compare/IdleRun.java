package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.ClosedLoop;
import dev.nettystreams.benchmarks.load.LoadConnections;
import dev.nettystreams.benchmarks.load.LoadGenerator;
import dev.nettystreams.benchmarks.load.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The memory of idle connections on one pair: the growth of the process by many connections, each of which has had one
 * exchange. The first connections of a process cost more (code, pools), so some are opened and closed before, several
 * times. As many stay open while the others are measured, because the memory of the closed ones is part of the process
 * for ever, and would be missing in the growth.
 */
final class IdleRun {
    private static final int MOST_FIRST_CONNECTIONS = 500;
    private static final int FIRST_PASSES = 3;

    private final LoadGenerator generator;
    private final Workload workload;
    private final Duration settleTime;

    IdleRun(LoadGenerator generator, Workload workload, Duration settleTime) {
        this.generator = generator;
        this.workload = workload;
        this.settleTime = settleTime;
    }

    void run(ServerProcess candidate, ServerProcess baseline, Consumer<Result> results)
            throws ServerFailure, InterruptedException {
        Round.Sample ofCandidate = sample(candidate);
        Round round = new Round(ofCandidate, sample(baseline));
        results.accept(new Result(workload, candidate.name(), baseline.name(), List.of(round), null, null));
    }

    @SuppressWarnings("try") // connections that are only held
    private Round.Sample sample(ServerProcess server) throws ServerFailure, InterruptedException {
        Workload first = workload.withConnections(Math.min(MOST_FIRST_CONNECTIONS, workload.connectionCount()));
        try {
            for (int i = 0; i < FIRST_PASSES; i++) {
                open(first, server).close();
                settled(server);
            }
            try (LoadConnections held = open(first, server)) {
                double before = settled(server);
                try (LoadConnections measured = open(workload, server)) {
                    double kib = (settled(server) - before) / workload.connectionCount();
                    // Few connections may be lost among other changes of a process.
                    return new Round.Sample(kib > 0 ? kib : Double.NaN, Double.NaN, Double.NaN, 0, 0);
                }
            }
        } catch (ServerFailure e) {
            throw e;
        } catch (IOException e) {
            throw server.failure(e);
        }
    }

    private LoadConnections open(Workload load, ServerProcess server) throws IOException, InterruptedException {
        LoadConnections connections = LoadConnections.open(generator, load, server.port());
        try {
            ClosedLoop.run(connections, 1, Duration.ofMillis(1));
            return connections;
        } catch (IOException | InterruptedException e) {
            connections.close();
            throw e;
        }
    }

    /**
     * Returns the resident memory and the live heap. All pages of the heap are resident from the start (see {@code
     * Comparison}): the pages that garbage has touched would be counted otherwise, by chance.
     */
    private double settled(ServerProcess server) throws ServerFailure, InterruptedException {
        TimeUnit.NANOSECONDS.sleep(settleTime.toNanos());
        double live = server.liveBytes();
        return server.residentKib() + (Double.isFinite(live) ? live / 1024 : 0);
    }
}
