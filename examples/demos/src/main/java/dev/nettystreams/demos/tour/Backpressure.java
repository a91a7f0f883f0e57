package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A writer that drains stops when its peer does not read, and goes on when it does. */
final class Backpressure implements Stop {
    private static final byte[] CHUNK = new byte[65536];
    private static final long MOST_BYTES = 256L << 20;
    private static final int STALL_MILLIS = 300;

    @Override
    public String title() {
        return "backpressure: drain waits for a slow reader";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            StreamWriter writer = ends.client().writer();
            long written = writeUntilStalled(guide, writer);
            guide.say("the peer does not read: after " + (written >> 10)
                    + " KiB, most of them in the kernel's buffers, drain() waits");
            writer.writeEof();
            CompletableFuture<Void> drained = writer.drain();
            guide.expect(!drained.isDone(), "the buffer is still full");
            guide.expect(readAll(guide, ends.server().reader()), written, "what came out");
            guide.get(drained);
            guide.say("the peer reads: drain() completes, and all of it has arrived");
        }
    }

    private static long writeUntilStalled(Guide guide, StreamWriter writer) throws Exception {
        for (long written = CHUNK.length; written < MOST_BYTES; written += CHUNK.length) {
            writer.write(CHUNK);
            try {
                await(writer.drain().orTimeout(STALL_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                return written;
            }
        }
        guide.expect(false, "the writer stops before " + MOST_BYTES + " bytes");
        return 0;
    }

    private static long readAll(Guide guide, StreamReader reader) throws Exception {
        long total = 0;
        for (int byteCount; (byteCount = guide.get(reader.skip(CHUNK.length))) > 0; ) {
            total += byteCount;
        }
        return total;
    }
}
