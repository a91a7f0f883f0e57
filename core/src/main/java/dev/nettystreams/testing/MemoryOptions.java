package dev.nettystreams.testing;

/**
 * The properties of a pair of in-memory connections, for both directions.
 *
 * @param capacityBytes the maximum number of bytes that a wire holds before its sender has to wait; one or more
 * @param chunkBytes the maximum number of bytes that a receiver gets at once; one or more
 * @param canWriteEof whether one side may end its output while its input goes on
 */
public record MemoryOptions(int capacityBytes, int chunkBytes, boolean canWriteEof) {
    /** 64 KiB on the wire, received in chunks of up to 16 KiB, with half-close. */
    public static final MemoryOptions DEFAULT = new MemoryOptions(65536, 16384, true);

    /**
     * Checks the ranges.
     *
     * @param capacityBytes one or more
     * @param chunkBytes one or more
     * @param canWriteEof true or false
     */
    public MemoryOptions {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("capacityBytes < 1: " + capacityBytes);
        }
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunkBytes < 1: " + chunkBytes);
        }
    }

    /**
     * Returns these options with another capacity.
     *
     * @param bytes the maximum number of bytes that a wire holds, one or more
     * @return a copy
     */
    public MemoryOptions withCapacity(int bytes) {
        return new MemoryOptions(bytes, chunkBytes, canWriteEof);
    }

    /**
     * Returns these options with another chunk size. A size of 1 finds the most errors.
     *
     * @param bytes the maximum number of bytes that a receiver gets at once, one or more
     * @return a copy
     */
    public MemoryOptions withChunks(int bytes) {
        return new MemoryOptions(capacityBytes, bytes, canWriteEof);
    }

    /**
     * Returns these options without half-close.
     *
     * @return a copy
     */
    public MemoryOptions withoutHalfClose() {
        return new MemoryOptions(capacityBytes, chunkBytes, false);
    }
}
