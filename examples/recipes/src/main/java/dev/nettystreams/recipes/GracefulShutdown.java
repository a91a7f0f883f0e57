package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;

/** A server that ends well: at SIGTERM it accepts nobody new, finishes the answers under way, and says goodbye. */
public final class GracefulShutdown {
    private GracefulShutdown() {}

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        for (String line : reader.text(UTF_8).lines()) {
            writer.write("answer to " + line + "\n", UTF_8);
            await(writer.drain());
        }
        writer.write("goodbye\n", UTF_8); // the shutdown is an EOF for a handler that waits for its next line
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = await(streams.startServer(GracefulShutdown::serve, "127.0.0.1", 0));
            System.out.println("listening on port " + server.port());
            await(server.shutdownAtExit(Duration.ofSeconds(10)).serveForever());
        }
    }
}
