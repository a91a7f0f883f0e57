package dev.nettystreams.demos.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A cancelled read consumes no bytes. */
final class Cancellation implements Stop {
    @Override
    public String title() {
        return "cancellation and timeouts lose nothing";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            StreamWriter writer = ends.client().writer();
            StreamReader reader = ends.server().reader();
            writer.write("half a l".getBytes(US_ASCII));
            guide.get(reader.peek(8));

            guide.failure(TimeoutException.class, reader.readLine().orTimeout(50, TimeUnit.MILLISECONDS));
            guide.say("readLine() has half a line, and times out");

            CompletableFuture<byte[]> given = reader.readExactly(100);
            guide.expect(given.cancel(false), "cancel");
            guide.say("readExactly(100) is cancelled");

            writer.write("ine\n".getBytes(US_ASCII));
            String line = new String(guide.get(reader.readLine()), US_ASCII);
            guide.expect(line, "half a line\n", "the line");
            guide.say("the next readLine() has it all: \"" + line.strip() + "\"");
        }
    }
}
