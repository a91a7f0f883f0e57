package dev.nettystreams.testing;

import java.util.Objects;

/**
 * The properties of a pair of in-memory connections, for both directions. Immutable: {@link #DEFAULT}, and copies of it
 * with other values.
 */
public final class MemoryOptions {
    /** 64 KiB on the wire, received in chunks of up to 16 KiB, with half-close. */
    public static final MemoryOptions DEFAULT = new MemoryOptions(65536, 16384, true);

    private final int capacityBytes;
    private final int chunkBytes;
    private final boolean canWriteEof;

    private MemoryOptions(int capacityBytes, int chunkBytes, boolean canWriteEof) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("capacityBytes < 1: " + capacityBytes);
        }
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunkBytes < 1: " + chunkBytes);
        }
        this.capacityBytes = capacityBytes;
        this.chunkBytes = chunkBytes;
        this.canWriteEof = canWriteEof;
    }

    /**
     * Returns the maximum number of bytes that a wire holds before its sender has to wait.
     *
     * @return one or more
     */
    public int capacityBytes() {
        return capacityBytes;
    }

    /**
     * Returns the maximum number of bytes that a receiver gets at once.
     *
     * @return one or more
     */
    public int chunkBytes() {
        return chunkBytes;
    }

    /**
     * Returns whether one side may end its output while its input goes on.
     *
     * @return true if the connections have half-close
     */
    public boolean canWriteEof() {
        return canWriteEof;
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

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryOptions options
                && capacityBytes == options.capacityBytes
                && chunkBytes == options.chunkBytes
                && canWriteEof == options.canWriteEof;
    }

    @Override
    public int hashCode() {
        return Objects.hash(capacityBytes, chunkBytes, canWriteEof);
    }

    @Override
    public String toString() {
        return "MemoryOptions[capacity=" + capacityBytes + " bytes, chunks=" + chunkBytes + " bytes, canWriteEof="
                + canWriteEof + "]";
    }
}
