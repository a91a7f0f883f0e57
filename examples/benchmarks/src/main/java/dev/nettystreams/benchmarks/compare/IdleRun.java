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
 * The memory of idle connections on one pair: what the process grows by for many connections, each of which has had one
 * exchange. The first connections of a process cost more (code, pools, a young generation that is touched for the first
 * time), so some are opened and closed before.
 */
final class IdleRun {
    private static final int MOST_FIRST_CONNECTIONS = 500;
    private static final int FIRST_PASSES = 3;
    private static final long SETTLE_MILLIS = 300;

    private final LoadGenerator generator;
    private final Workload workload;

    IdleRun(LoadGenerator generator, Workload workload) {
        this.generator = generator;
        this.workload = workload;
    }

    void run(ServerProcess candidate, ServerProcess baseline, Consumer<Result> results)
            throws ServerFailure, InterruptedException {
        Round.Sample ofCandidate = sample(candidate);
        Round round = new Round(ofCandidate, sample(baseline));
        results.accept(new Result(workload, candidate.name(), baseline.name(), List.of(round), null, null));
    }

    private Round.Sample sample(ServerProcess server) throws ServerFailure, InterruptedException {
        // Fewer than are measured, whose memory would be there already.
        int first = Math.max(1, Math.min(MOST_FIRST_CONNECTIONS, workload.connectionCount() / 4));
        for (int i = 0; i < FIRST_PASSES; i++) {
            grow(server, workload.withConnections(first));
        }
        double kib = grow(server, workload) / workload.connectionCount();
        return new Round.Sample(kib, Double.NaN, Double.NaN, 0, 0);
    }

    /** Returns the growth of the process by open connections. */
    private double grow(ServerProcess server, Workload load) throws ServerFailure, InterruptedException {
        double before = settled(server);
        try (LoadConnections connections = LoadConnections.open(generator, load, server.port())) {
            ClosedLoop.run(connections, 1, Duration.ofMillis(1));
            return settled(server) - before;
        } catch (ServerFailure e) {
            throw e;
        } catch (IOException e) {
            throw server.failure(e);
        }
    }

    private static double settled(ServerProcess server) throws ServerFailure, InterruptedException {
        TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
        server.collectGarbage();
        return server.residentKib();
    }
}
