package dev.nettystreams.testing;

import dev.nettystreams.StreamLimits;

/** Makes the connected pairs that {@link StreamChecks} runs over: what a transport's author implements. */
@FunctionalInterface
public interface PairSource {
    /**
     * Connects two streams.
     *
     * @param limits the limits of both ends
     * @return a fresh pair; the check aborts both ends when it is done
     * @throws Exception if that fails; the check then fails with it
     */
    StreamPair connect(StreamLimits limits) throws Exception;

    /**
     * Whether one side may end its output while its input goes on.
     *
     * @return false where the protocol knows no half-close
     */
    default boolean canHalfClose() {
        return true;
    }

    /**
     * Whether an abort reaches an idle peer as an error. Between Unix sockets it does not: the kernel has no reset to send, and the peer
     * reads EOF.
     *
     * @return true if the peer can tell an abort from a close
     */
    default boolean signalsAbort() {
        return true;
    }

    /**
     * How much "a lot" is: more than the two operating systems and a reader with the default limits hold between them.
     *
     * @return a number of bytes, 1 MiB or more
     */
    default int bulkByteCount() {
        return 16 << 20;
    }
}
