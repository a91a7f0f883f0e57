package dev.nettystreams;

/** What ends a line. There is no lenient "either": a server and a proxy that disagree about it are how messages get smuggled. */
public enum LineEnding {
    /** A line feed, as asyncio's {@code readline} has it; a carriage return before it is part of the line. */
    LF,
    /**
     * A carriage return and a line feed, strictly, as SMTP (RFC 5321 section 2.3.8) and HTTP have it: one without the other is
     * a {@link BareLineEndingException}, not a line.
     */
    CRLF
}
