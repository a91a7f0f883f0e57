package dev.nettystreams.testing;

/**
 * What a pair of connections in memory is like, both ways.
 *
 * @param capacityBytes how many bytes a wire holds that its receiver has not taken; more clog the sender; one or more
 * @param chunkBytes the most bytes that a receiver is handed at once; one or more
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
     * @param canWriteEof any
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
     * These options with another capacity.
     *
     * @param bytes how many bytes a wire holds, one or more
     * @return a copy
     */
    public MemoryOptions withCapacity(int bytes) {
        return new MemoryOptions(bytes, chunkBytes, canWriteEof);
    }

    /**
     * These options with another chunking; 1 is what finds the most mistakes.
     *
     * @param bytes the most bytes that a receiver is handed at once, one or more
     * @return a copy
     */
    public MemoryOptions withChunks(int bytes) {
        return new MemoryOptions(capacityBytes, bytes, canWriteEof);
    }

    /**
     * These options without half-close.
     *
     * @return a copy
     */
    public MemoryOptions withoutHalfClose() {
        return new MemoryOptions(capacityBytes, chunkBytes, false);
    }
}
