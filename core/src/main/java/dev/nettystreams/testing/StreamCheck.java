package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;

/** One promise of the streams, checked over a pair of its own. */
public final class StreamCheck {
    /** The code of a check. */
    @FunctionalInterface
    interface Body {
        void run(CheckedPair pair) throws Exception;
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
     * Returns the name of the check.
     *
     * @return the subject, a slash, and the promise
     */
    public String name() {
        return name;
    }

    /**
     * Connects a pair, runs the check, and aborts both ends. Must not be called on an event loop, because it waits,
     * each time for at most {@value Expect#DEADLINE_SECONDS} seconds.
     *
     * @throws AssertionError if the promise is broken; its message starts with the name of the check
     * @throws Exception if no pair could be connected, or the thread was interrupted
     */
    public void run() throws Exception {
        StreamPair pair = source.connect(limits);
        try {
            body.run(new CheckedPair(pair, source));
        } catch (AssertionError e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
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
