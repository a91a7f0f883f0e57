package dev.nettystreams.benchmarks.load;

/** Decides when requests are sent. Called on the event loop. */
interface Drive {
    /** Takes note of replies on a connection. */
    void replied(LoadConnection connection, int count);

    /** A connection failed: no measurement can go on. */
    void failed(Throwable failure);
}
