package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A server that is told to end finishes what it is sending; who does not let it is cut off in time. */
final class GracefulShutdown implements Stop {
    private static final int ANSWER_BYTES = 8 << 20;

    @Override
    public String title() {
        return "graceful shutdown";
    }

    @Override
    public void show(Guide guide) throws Exception {
        finishesItsAnswer(guide);
        cutsOffWhoNeverReads(guide);
    }

    private static void finishesItsAnswer(Guide guide) throws Exception {
        StreamServer server = guide.get(guide.streams.startServer(answering(), "127.0.0.1", 0));
        try (StreamConnection busy = guide.get(guide.streams.openConnection("127.0.0.1", server.port()));
                StreamConnection idle = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            busy.writer().write("go on\n".getBytes(US_ASCII));
            guide.get(busy.reader().peek(1));
            CompletableFuture<Void> over = server.shutdown(Duration.ofSeconds(10));
            guide.expect(guide.get(busy.reader().readAll(ANSWER_BYTES)).length, ANSWER_BYTES, "the answer's length");
            guide.expect(guide.get(idle.reader().read(1)).length, 0, "what the idle connection reads");
            guide.get(over);
            guide.say("told to end within an answer of " + (ANSWER_BYTES >> 20)
                    + " MiB: all of it arrived, then EOF; the idle one got EOF");
        }
    }

    private static void cutsOffWhoNeverReads(Guide guide) throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ServerOptions options = ServerOptions.DEFAULT.withReporter((connection, failure) -> reported.complete(failure));
        StreamServer server = guide.get(guide.streams.startServer(answering(), "127.0.0.1", 0, options));
        try (StreamConnection stuck = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            stuck.writer().write("go on\n".getBytes(US_ASCII));
            guide.get(stuck.reader().peek(1));
            long start = System.nanoTime();
            guide.get(server.shutdown(Duration.ofMillis(300)));
            long millis = (System.nanoTime() - start) / 1_000_000;
            guide.expect(millis < 5000, "the shutdown took " + millis + " ms");
            guide.failure(StreamBrokenException.class, stuck.reader().readAll(ANSWER_BYTES));
            String told = OneLine.of(guide.get(reported));
            guide.say("one that reads nothing was cut off after " + millis + " ms; its handler was told: " + told);
        }
    }

    private static ConnectionHandler answering() {
        return (reader, writer) -> {
            for (byte[] line : reader.lines()) {
                writer.write(new byte[line.length > 0 ? ANSWER_BYTES : 0]);
                await(writer.drain());
            }
        };
    }
}
