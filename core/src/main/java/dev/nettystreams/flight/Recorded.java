package dev.nettystreams.flight;

/** A connection, as the events describe it. Any thread may ask, and gets an estimate off the connection's loop. */
public interface Recorded {
    /** Returns the number that the connection's events have in common; no other connection of the process has it. */
    long id();

    /** Returns the peer's address as text. */
    String peerAddress();

    /** Returns this side's address as text. */
    String localAddress();

    /** Returns the state of the connection. */
    String state();

    /** Returns the time at which the connection opened, in milliseconds since 1970. */
    long openedMillis();

    /** Returns the number of bytes that have arrived. */
    long bytesRead();

    /** Returns the number of bytes that were passed to the transport. */
    long bytesWritten();

    /** Returns how often reading was paused. */
    long readsPaused();

    /** Returns the number of calls of {@code drain} that had to wait. */
    long drainsWaited();

    /** Returns the number of bytes that no read has taken. */
    long bufferedByteCount();

    /** Returns the number of bytes that the operating system has not taken. */
    long pendingByteCount();

    /** Returns whether reading is paused. */
    boolean isReadPaused();

    /** Returns the number of calls of {@code drain} that wait; a call that is called off counts until there is room. */
    int drainsWaiting();

    /** Returns the time since reading was paused, or {@link Flight#UNKNOWN}. */
    long pausedNanos();

    /** Returns the time since a {@code drain} began to wait, or {@link Flight#UNKNOWN}. */
    long waitingNanos();

    /** Returns the time since a {@code flush} or a piece of a file began to wait, or {@link Flight#UNKNOWN}. */
    long flushingNanos();

    /** Returns whether a thread runs the connection's handler, or was the last carried thread that used it. */
    boolean isServedBy(Thread thread);
}
