package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TaskGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Tasks that begin and end together, and one timeout for several steps. */
final class SeveralTasks implements Stop {
    @Override
    public String title() {
        return "several tasks: all of them, or the first failure";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            both(guide, ends.client(), ends.server());
            oneFails(guide, ends.client());
            noneInTime(guide, ends.client());
        }
    }

    private static void both(Guide guide, StreamConnection client, StreamConnection server) throws Exception {
        try (TaskGroup group = new TaskGroup()) {
            CompletableFuture<String> near = group.start(() -> line(client));
            CompletableFuture<String> far = group.start(() -> line(server));
            client.writer().write("there\n".getBytes(US_ASCII));
            server.writer().write("and back\n".getBytes(US_ASCII));
            group.join();
            guide.expect(far.join() + near.join(), "there\nand back\n", "what two tasks read");
            guide.say("two tasks read at once, and both are done when the group is");
        }
    }

    private static void oneFails(Guide guide, StreamConnection client) throws Exception {
        try (TaskGroup group = new TaskGroup()) {
            CompletableFuture<String> reading = group.start(() -> line(client));
            CompletableFuture<String> failing = group.start(() -> {
                throw new IOException("out of luck");
            });
            IOException failure = guide.failure(IOException.class, failing);
            Throwable end = guide.get(reading.handle((line, reason) -> reason));
            guide.expect(end instanceof CancellationException, "the other is cancelled");
            guide.say(
                    "one fails (" + failure.getMessage() + "): the other is cancelled, and its read consumed no bytes");
        }
    }

    private static void noneInTime(Guide guide, StreamConnection client) throws Exception {
        try {
            Await.withTimeout(Duration.ofMillis(50), () -> line(client) + line(client));
            throw new TourException("it was in time");
        } catch (TimeoutException e) {
            guide.say("two reads with one timeout: " + e.getMessage());
        }
    }

    private static String line(StreamConnection connection) throws Exception {
        return new String(await(connection.reader().readLine()), US_ASCII);
    }
}
