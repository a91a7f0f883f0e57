package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TextReader;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.util.concurrent.CompletableFuture;

/** The login of {@link NettyLineServer}: the state is the line of code. */
final class LineServer {
    private LineServer() {}

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        TextReader lines = reader.text(UTF_8);
        writer.write("user?\n", UTF_8);
        String user = await(lines.readLine());
        writer.write("password?\n", UTF_8);
        String password = await(lines.readLine());
        if (password != null) {
            writer.write("hello, " + user + " with " + password.length() + " characters\n", UTF_8);
        }
    }

    static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(LineServer::serve, "127.0.0.1", port);
    }
}
