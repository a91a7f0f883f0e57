package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.MalformedTextException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TextReader;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A line protocol: {@code SET key value}, {@code GET key}. */
public final class KeyValueServer {
    private static final int LINE_LIMIT_BYTES = 1024;
    private static final ServerOptions OPTIONS = ServerOptions.DEFAULT
            .withMaxConnections(1000)
            .withReadIdleTimeout(Duration.ofMinutes(5))
            .withWriteIdleTimeout(Duration.ofSeconds(30));

    private final Map<String, String> values = new ConcurrentHashMap<>();

    /** Starts the server. */
    public CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(this::serve, "127.0.0.1", port, OPTIONS);
    }

    private void serve(StreamReader reader, StreamWriter writer) throws Exception {
        TextReader lines = reader.text(UTF_8);
        try {
            for (String line; (line = await(lines.readLine(LineEnding.LF, LINE_LIMIT_BYTES))) != null; ) {
                writer.write(answer(line) + "\n", UTF_8);
                await(writer.drain());
            }
        } catch (LimitOverrunException e) {
            writer.write("ERROR a line has more than " + e.limit() + " bytes\n", UTF_8);
        } catch (MalformedTextException e) {
            writer.write("ERROR a line is not UTF-8\n", UTF_8);
        }
    }

    private String answer(String line) {
        String[] words = line.split(" ", 3);
        if (words[0].equals("SET") && words.length == 3) {
            values.put(words[1], words[2]);
            return "OK";
        }
        if (words[0].equals("GET") && words.length == 2) {
            String value = values.get(words[1]);
            return value == null ? "NONE" : "VALUE " + value;
        }
        return "ERROR expected SET key value, or GET key";
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = await(new KeyValueServer().start(streams, 7000));
            await(server.shutdownAtExit(Duration.ofSeconds(5)).serveForever());
        }
    }
}
