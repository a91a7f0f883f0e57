package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;

/** Connects the pairs that {@link StreamChecks} runs over. The author of a transport implements it. */
@FunctionalInterface
public interface PairSource {
    /**
     * Connects two streams.
     *
     * @param limits the limits of both ends
     * @return a new pair; the check aborts both ends when it has ended
     * @throws Exception if the connection fails; the check then fails with the same exception
     */
    StreamPair connect(StreamLimits limits) throws Exception;

    /**
     * Returns whether one side may end its output while its input goes on.
     *
     * @return false if the protocol has no half-close
     */
    default boolean canHalfClose() {
        return true;
    }

    /**
     * Returns whether an abort reaches an idle peer as an error. Between Unix sockets it does not: the kernel has no
     * reset to send, and the peer reads EOF.
     *
     * @return true if the peer can tell an abort from a close
     */
    default boolean signalsAbort() {
        return true;
    }

    /**
     * Returns a number of bytes that does not fit into the connection: more than both operating systems and a reader
     * with the default limits hold together.
     *
     * @return a number of bytes, 1 MiB or more
     */
    default int bulkByteCount() {
        return 16 << 20;
    }
}
