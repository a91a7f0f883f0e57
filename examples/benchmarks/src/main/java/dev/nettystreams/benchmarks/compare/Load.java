package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Churn;
import dev.nettystreams.benchmarks.load.ClosedLoop;
import dev.nettystreams.benchmarks.load.LoadConnections;
import dev.nettystreams.benchmarks.load.LoadGenerator;
import dev.nettystreams.benchmarks.load.Workload;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A workload on one server: over connections that stay open, or over new ones all the time. */
final class Load implements AutoCloseable {
    private final LoadGenerator generator;
    private final Workload workload;
    private final ServerProcess server;
    private final @Nullable LoadConnections connections;

    private Load(
            LoadGenerator generator, Workload workload, ServerProcess server, @Nullable LoadConnections connections) {
        this.generator = generator;
        this.workload = workload;
        this.server = server;
        this.connections = connections;
    }

    static Load open(LoadGenerator generator, Workload workload, ServerProcess server)
            throws ServerFailure, InterruptedException {
        try {
            LoadConnections connections = workload.kind() == Workload.Kind.CHURN
                    ? null
                    : LoadConnections.open(generator, workload, server.port());
            return new Load(generator, workload, server, connections);
        } catch (IOException e) {
            throw server.failure(e);
        }
    }

    /** Returns the open connections, or null if they come and go. */
    @Nullable
    LoadConnections connections() {
        return connections;
    }

    ClosedLoop.Outcome run(Duration time) throws ServerFailure, InterruptedException {
        try {
            return connections == null
                    ? Churn.run(generator, workload, server.port(), time)
                    : ClosedLoop.run(connections, workload.depth(), time);
        } catch (IOException e) {
            throw server.failure(e);
        }
    }

    @Override
    public void close() {
        if (connections != null) {
            connections.close();
        }
    }
}
