package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A writer that drains stops while its peer does not read, and goes on when the peer reads.
 *
 * <p>To show that drain() waits, the stop waits for it for a while. On a busy machine only the kernel may be slow, and
 * the drain then completes after all; nothing below depends on which it was. The writer must stop long before
 * {@link #MOST_BYTES}.
 */
final class Backpressure implements Stop {
    private static final byte[] CHUNK = new byte[65536];

    /** Many times the size of kernel buffers. */
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
            Stalled stalled = writeUntilStalled(writer);
            guide.say("the peer does not read: after " + (stalled.written >> 10)
                    + " KiB, most of them in the kernel's buffers, drain() waits");
            writer.writeEof();
            guide.expect(readAll(guide, ends.server().reader()), stalled.written, "what came out");
            guide.get(stalled.drain);
            guide.say("the peer reads: drain() completes, and all of it has arrived");
        }
    }

    /** The number of bytes written when a drain did not complete, and that drain. */
    private record Stalled(long written, CompletableFuture<Void> drain) {}

    private static Stalled writeUntilStalled(StreamWriter writer) throws Exception {
        for (long written = CHUNK.length; written < MOST_BYTES; written += CHUNK.length) {
            writer.write(CHUNK);
            CompletableFuture<Void> drain = writer.drain();
            try {
                await(drain.copy().orTimeout(STALL_MILLIS, TimeUnit.MILLISECONDS));
            } catch (TimeoutException e) {
                return new Stalled(written, drain);
            }
        }
        throw new TourException("the writer did not stop before " + MOST_BYTES + " bytes");
    }

    private static long readAll(Guide guide, StreamReader reader) throws Exception {
        long total = 0;
        for (int byteCount; (byteCount = guide.get(reader.skip(CHUNK.length))) > 0; ) {
            total += byteCount;
        }
        return total;
    }
}
