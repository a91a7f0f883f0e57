package dev.nettystreams.demos.tour;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.StreamReader;

/** The reads of a reader. */
final class Reads implements Stop {
    private static final byte[] INPUT = "a line\nkey=value;rest|12345678tail".getBytes(US_ASCII);

    @Override
    public String title() {
        return "readLine, readUntil, peek, skip, readExactly";
    }

    @Override
    public void show(Guide guide) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            ends.client().writer().write(INPUT);
            ends.client().writer().writeEof();
            StreamReader reader = ends.server().reader();
            check(guide, "readLine()", guide.get(reader.readLine()), "a line\n");
            byte[][] separators = {bytes(";"), bytes("|"), bytes("=")};
            check(guide, "readUntil(; or | or =)", guide.get(reader.readUntil(separators)), "key=");
            check(guide, "readUntil(; or | or =)", guide.get(reader.readUntil(separators)), "value;");
            check(guide, "peek(4), which leaves them there", guide.get(reader.peek(4)), "rest");
            guide.expect(guide.get(reader.skip(5)), 5, "skip(5)");
            check(guide, "skip(5), then readExactly(8)", guide.get(reader.readExactly(8)), "12345678");
            check(guide, "read(-1): all until the end", guide.get(reader.read(-1)), "tail");
            guide.expect(reader.atEof(), "atEof() after the last byte");
        }
    }

    private static void check(Guide guide, String what, byte[] actual, String expected) {
        String text = new String(actual, US_ASCII);
        guide.expect(text, expected, what);
        guide.say(what + ": \"" + text.replace("\n", "\\n") + "\"");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
