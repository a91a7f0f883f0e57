package dev.nettystreams.flight;

/** A duration event that has begun. Confined to the loop of its connection. */
public interface Span {
    /**
     * Ends the duration, and records the event unless it is shorter than its threshold.
     *
     * @param connection the connection that the event is about
     * @param outcome how it ended, in a few words
     */
    void finish(Recorded connection, String outcome);
}
