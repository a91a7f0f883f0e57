package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.StreamConnection;
import java.util.concurrent.CompletableFuture;

/** Connects a relay to the server behind it. */
interface Upstream {
    CompletableFuture<StreamConnection> connect();
}
