package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TaskGroup;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamProcess;
import dev.nettystreams.netty.StreamServer;
import java.util.concurrent.CompletableFuture;

/** Runs {@code sort} for each client: what the client sends is its input, its output goes back. */
public final class SortServer {
    private static final ServerOptions OPTIONS = ServerOptions.DEFAULT.withMaxConnections(20);

    private SortServer() {}

    /** Starts the server. */
    public static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer((reader, writer) -> sort(streams, reader, writer), "127.0.0.1", port, OPTIONS);
    }

    private static void sort(NettyStreams streams, StreamReader reader, StreamWriter writer) throws Exception {
        // close() at the end of the block ends the process, also if the client has gone
        try (StreamProcess sort = await(streams.startProcess(new ProcessBuilder("sort", "-n")));
                TaskGroup tasks = new TaskGroup()) {
            tasks.start(() -> await(reader.relayTo(sort.stdin()))); // passes the client's EOF on
            tasks.start(() -> await(sort.stdout().relayTo(writer)));
            CompletableFuture<String> errors =
                    tasks.start(() -> await(sort.stderr().text(UTF_8).readAll(4096)));
            tasks.join(); // the first failure, such as a client's reset, ends the other tasks
            if (await(sort.exit()) != 0) {
                throw new IllegalStateException("sort failed: " + errors.join());
            }
        }
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(start(streams, 7006)).serveForever());
        }
    }
}
