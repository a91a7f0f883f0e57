package dev.nettystreams.benchmarks.servers;

import java.util.Locale;

/** The protocols that a server speaks, one in each process. */
public enum Mode {
    /** Replies {@code +PONG\r\n} to each request: RESP arrays of bulk strings, such as {@code *1\r\n$4\r\nPING\r\n}. */
    PING,
    /** Returns all bytes. */
    ECHO,
    /** Replies one byte, a full stop, to each MiB received. */
    SINK,
    /** Replies to each line with as many zero bytes as the line's decimal number says. */
    SOURCE,
    /** Replies to {@code GET /small} and {@code GET /large} with files of 128 bytes and 64 KiB, held in memory. */
    HTTP,
    /** Connects each client to the upstream port, and passes on the bytes of both. */
    RELAY;

    /** Returns the name as a server's command receives it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
