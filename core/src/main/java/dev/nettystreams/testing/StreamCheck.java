package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;

/** One promise of the streams, checked over a pair of its own. */
public final class StreamCheck {
    /** What a check does with its pair. */
    @FunctionalInterface
    interface Body {
        void run(Talk talk) throws Exception;
    }

    private final String name;
    private final StreamLimits limits;
    private final PairSource source;
    private final Body body;

    StreamCheck(String name, StreamLimits limits, PairSource source, Body body) {
        this.name = name;
        this.limits = limits;
        this.source = source;
        this.body = body;
    }

    /**
     * What is checked.
     *
     * @return the subject, a slash, and what is promised of it
     */
    public String name() {
        return name;
    }

    /**
     * Connects a pair, checks, and aborts both ends. Must not be called on an event loop: it waits, each time for at most
     * {@value Expect#DEADLINE_SECONDS} seconds.
     *
     * @throws AssertionError if the promise is broken
     * @throws Exception if no pair could be connected, or the thread was interrupted
     */
    public void run() throws Exception {
        StreamPair pair = source.connect(limits);
        try {
            body.run(new Talk(pair, source));
        } finally {
            pair.near().abort();
            pair.far().abort();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
