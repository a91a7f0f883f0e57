package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A server that is told to end finishes its answers; clients that do not read them are aborted at the timeout. */
final class GracefulShutdown implements Stop {
    private static final byte[] CHUNK = new byte[1 << 20];
    private static final int ANSWER_CHUNKS = 8;
    private static final int ANSWER_BYTES = ANSWER_CHUNKS * CHUNK.length;

    /** Many times the size of kernel buffers, so that it cannot all be sent to a client that does not read. */
    private static final int ENDLESS_CHUNKS = 256;

    @Override
    public String title() {
        return "graceful shutdown";
    }

    @Override
    public void show(Guide guide) throws Exception {
        finishesItsAnswer(guide);
        cutsOffWhoNeverReads(guide);
    }

    /** Both clients get an answer first: the server can only serve connections that it has accepted. */
    private static void finishesItsAnswer(Guide guide) throws Exception {
        StreamServer server = guide.get(guide.streams.startServer(GracefulShutdown::answer, "127.0.0.1", 0));
        try (StreamConnection busy = guide.get(guide.streams.openConnection("127.0.0.1", server.port()));
                StreamConnection idle = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            ask(guide, idle, "0");
            guide.expect(guide.get(idle.reader().readLine()).length, 2, "the length of the line for the idle one");
            ask(guide, busy, Integer.toString(ANSWER_CHUNKS));
            CompletableFuture<Void> over = server.shutdown(Duration.ofSeconds(10));
            int length = guide.get(busy.reader().readAll(2 + ANSWER_BYTES)).length;
            guide.expect(length, 2 + ANSWER_BYTES, "the answer's length");
            guide.expect(guide.get(idle.reader().read(1)).length, 0, "what the idle connection reads");
            guide.get(over);
            guide.say("told to end in the middle of an answer of " + (ANSWER_BYTES >> 20)
                    + " MiB: all of it arrived, then EOF; the idle one got EOF");
        }
    }

    private static void cutsOffWhoNeverReads(Guide guide) throws Exception {
        CompletableFuture<Throwable> reported = new CompletableFuture<>();
        ServerOptions options = ServerOptions.DEFAULT.withReporter((connection, failure) -> reported.complete(failure));
        StreamServer server = guide.get(guide.streams.startServer(GracefulShutdown::answer, "127.0.0.1", 0, options));
        try (StreamConnection stuck = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            ask(guide, stuck, Integer.toString(ENDLESS_CHUNKS));
            long start = System.nanoTime();
            guide.get(server.shutdown(Duration.ofMillis(300)));
            long millis = (System.nanoTime() - start) / 1_000_000;
            guide.failure(StreamBrokenException.class, stuck.reader().readAll(Integer.MAX_VALUE));
            String told = OneLine.of(guide.get(reported));
            guide.say("a client that reads nothing was aborted after " + millis + " ms; its handler got: " + told);
        }
    }

    /** Asks for a number of chunks, and waits until the answer starts. */
    private static void ask(Guide guide, StreamConnection connection, String chunkCount) throws Exception {
        connection.writer().write((chunkCount + "\n").getBytes(US_ASCII));
        guide.get(connection.reader().peek(1));
    }

    private static void answer(StreamReader reader, StreamWriter writer) throws Exception {
        for (byte[] line : reader.lines()) {
            int chunkCount = Integer.parseInt(new String(line, US_ASCII).strip());
            writer.write("y\n".getBytes(US_ASCII));
            await(writer.drain());
            for (int i = 0; i < chunkCount; i++) {
                writer.write(CHUNK);
                await(writer.drain());
            }
        }
    }
}
