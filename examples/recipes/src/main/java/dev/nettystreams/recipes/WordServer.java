package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.util.StringTokenizer;

/** The same program as {@code word_server.py}. */
public final class WordServer {
    private WordServer() {}

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        int total = 0;
        for (String line : reader.text(UTF_8).lines()) {
            int words = new StringTokenizer(line).countTokens();
            total += words;
            writer.write(words + " words, " + total + " so far\n", UTF_8);
            await(writer.drain());
        }
        writer.write(total + " words in all\n", UTF_8); // sent when the handler ends, which closes the connection
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = await(streams.startServer(WordServer::serve, "127.0.0.1", 0));
            System.out.println(server.port());
            await(server.serveForever());
        }
    }
}
