package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TextReader;
import dev.nettystreams.netty.NettyStreams;
import java.util.concurrent.TimeoutException;

/** Asks a silent client after 5 minutes whether it is there, and leaves it 10 seconds later. */
public final class PatientServer {
    static final int PATIENCE_SECONDS = 300;
    static final int ANSWER_SECONDS = 10;

    private PatientServer() {}

    static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        TextReader lines = reader.text(UTF_8);
        boolean isAsked = false;
        while (true) {
            try {
                String line = await(lines.readLine().orTimeout(isAsked ? ANSWER_SECONDS : PATIENCE_SECONDS, SECONDS));
                if (line == null) {
                    return;
                }
                isAsked = false;
                writer.write("you said " + line + "\n", UTF_8);
            } catch (TimeoutException e) {
                writer.write(isAsked ? "goodbye\n" : "are you there?\n", UTF_8);
                if (isAsked) {
                    return;
                }
                isAsked = true;
            }
            await(writer.drain());
        }
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(streams.startServer(PatientServer::serve, "127.0.0.1", 7005))
                    .serveForever());
        }
    }
}
