package dev.nettystreams;

/**
 * The ending of a line. There is no lenient "either": if a server and a proxy disagree on line endings, messages can be
 * smuggled past the proxy.
 */
public enum LineEnding {
    /** A line feed, as in asyncio's {@code readline}; a carriage return before it belongs to the line. */
    LF,
    /**
     * A carriage return and a line feed, strictly, as in SMTP (RFC 5321 section 2.3.8) and HTTP. Either character alone
     * fails the read with {@link BareLineEndingException}.
     */
    CRLF
}
