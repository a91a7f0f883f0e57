package dev.nettystreams.demos.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;

/** A line over the limit is refused and stays buffered: no part of it is ever taken for another line. */
final class Limits implements Stop {
    private static final int LIMIT = 16;
    private static final String LONG_LINE = "x".repeat(40) + "DELETE everything\n";

    @Override
    public String title() {
        return "limits: an over-long line is refused, and its bytes stay buffered";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds(StreamLimits.DEFAULT.withReadLimit(LIMIT))) {
            ends.client().writer().write((LONG_LINE + "next\n").getBytes(US_ASCII));
            StreamReader reader = ends.server().reader();
            LimitOverrunException overrun = guide.failure(LimitOverrunException.class, reader.readLine());
            guide.say("readLine() with a limit of " + LIMIT + ": " + overrun.getMessage());
            String kept = new String(guide.get(reader.peek(LONG_LINE.length())), US_ASCII);
            guide.expect(kept, LONG_LINE, "what was kept");
            guide.say("all " + kept.length() + " bytes of it are still buffered");
            int skipped = skipLine(guide, reader);
            guide.expect(skipped, LONG_LINE.length(), "the length of the skipped line");
            String next = new String(guide.get(reader.readLine()), US_ASCII);
            guide.expect(next, "next\n", "the line after it");
            guide.say("skipped " + skipped + " bytes; the next line is \"next\"");
        }
    }

    /** Skips {@code consumed()} bytes until the rest of the line fits, and then the rest. */
    private static int skipLine(Guide guide, StreamReader reader) throws Exception {
        for (int skipped = 0; ; ) {
            try {
                return skipped + guide.get(reader.readLine()).length;
            } catch (LimitOverrunException e) {
                skipped += guide.get(reader.skip(e.consumed()));
            }
        }
    }
}
