package dev.nettystreams.demos.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.BareLineEndingException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;

/**
 * Where lines end with CR LF, either character alone is an error: if two parties disagree about it, commands can be
 * smuggled.
 */
final class StrictLines implements Stop {
    @Override
    public String title() {
        return "strict lines: CR LF and nothing else";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            ends.client().writer().write("MAIL FROM:<a@b>\r\n.\nRCPT TO:<c@d>\r\n".getBytes(US_ASCII));
            StreamReader reader = ends.server().reader();
            String line = new String(guide.get(reader.readLine(LineEnding.CRLF)), US_ASCII);
            guide.expect(line, "MAIL FROM:<a@b>\r\n", "a good line");
            guide.say("a good line: \"" + line.strip() + "\"");
            BareLineEndingException bare =
                    guide.failure(BareLineEndingException.class, reader.readLine(LineEnding.CRLF));
            guide.expect(bare.position(), 1, "where the bare line feed is");
            guide.say("a bare line feed: " + bare.getMessage());
        }
    }
}
