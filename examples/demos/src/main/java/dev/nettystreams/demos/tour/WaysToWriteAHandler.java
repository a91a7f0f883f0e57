package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.Locale;

/** One program with callbacks and as straight-line code, and the thread that runs each of them. */
final class WaysToWriteAHandler implements Stop {
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    @Override
    public String title() {
        return "one handler on every kind of thread";
    }

    @Override
    public void show(Guide guide) throws Exception {
        visit(
                guide,
                "callbacks",
                ConnectionHandler.callbacks((reader, writer) -> reader.forEachLine(line -> {
                    writer.write(answer(line));
                    return writer.drain();
                })));
        if (Await.isOnEventLoopAvailable()) {
            visit(guide, "the event loop, awaiting", Await.onEventLoop(WaysToWriteAHandler::straightLine));
        } else {
            guide.say("the event loop, awaiting: needs Java 21, and java.lang opened; this is Java "
                    + Runtime.version().feature());
        }
        if (Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
            visit(guide, "virtual threads", Await.onVirtualThreads(WaysToWriteAHandler::straightLine));
        } else {
            guide.say("virtual threads: Java " + Runtime.version().feature() + " has none, "
                    + FIRST_WITH_VIRTUAL_THREADS + " and later do");
        }
        visit(guide, "threads", Await.onThreads(WaysToWriteAHandler::straightLine));
    }

    private static void straightLine(StreamReader reader, StreamWriter writer) throws Exception {
        for (byte[] line : reader.lines()) {
            writer.write(answer(line));
            await(writer.drain());
        }
    }

    private static byte[] answer(byte[] line) {
        String text = new String(line, UTF_8).strip().toUpperCase(Locale.ROOT);
        return (text + " from " + Thread.currentThread() + "\n").getBytes(UTF_8);
    }

    private static void visit(Guide guide, String way, ConnectionHandler handler) throws Exception {
        try (var server = guide.get(guide.streams.startServer(handler, "127.0.0.1", 0));
                StreamConnection connection = guide.get(guide.streams.openConnection("127.0.0.1", server.port()))) {
            connection.writer().write("hello\n".getBytes(UTF_8));
            String answer = new String(guide.get(connection.reader().readLine()), UTF_8).strip();
            guide.expect(answer.startsWith("HELLO from "), way + " answer");
            guide.say(way + ": " + answer);
        }
    }
}
