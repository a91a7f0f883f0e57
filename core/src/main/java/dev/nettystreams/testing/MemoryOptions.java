package dev.nettystreams.testing;

import dev.nettystreams.spi.Transport;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The properties of a pair of in-memory connections, for both directions. Immutable: {@link #DEFAULT}, and copies of it
 * with other values.
 */
public final class MemoryOptions {
    /** 64 KiB on the wire, received in chunks of up to 16 KiB, with half-close. */
    public static final MemoryOptions DEFAULT =
            new MemoryOptions(65536, 16384, true, UnaryOperator.identity(), UnaryOperator.identity());

    private final int capacityBytes;
    private final int chunkBytes;
    private final boolean canWriteEof;
    private final UnaryOperator<Transport> near;
    private final UnaryOperator<Transport> far;

    private MemoryOptions(
            int capacityBytes,
            int chunkBytes,
            boolean canWriteEof,
            UnaryOperator<Transport> near,
            UnaryOperator<Transport> far) {
        if (capacityBytes < 1) {
            throw new IllegalArgumentException("capacityBytes < 1: " + capacityBytes);
        }
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunkBytes < 1: " + chunkBytes);
        }
        this.capacityBytes = capacityBytes;
        this.chunkBytes = chunkBytes;
        this.canWriteEof = canWriteEof;
        this.near = near;
        this.far = far;
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
        return new MemoryOptions(bytes, chunkBytes, canWriteEof, near, far);
    }

    /**
     * Returns these options with another chunk size. A size of 1 finds the most errors.
     *
     * @param bytes the maximum number of bytes that a receiver gets at once, one or more
     * @return a copy
     */
    public MemoryOptions withChunks(int bytes) {
        return new MemoryOptions(capacityBytes, bytes, canWriteEof, near, far);
    }

    /**
     * Returns these options without half-close.
     *
     * @return a copy
     */
    public MemoryOptions withoutHalfClose() {
        return new MemoryOptions(capacityBytes, chunkBytes, false, near, far);
    }

    /**
     * Returns these options with a transport around that of the near end, such as a {@link ForwardingTransport} that
     * counts, delays, drops or fails.
     *
     * @param wrapper called once for each pair, with the transport in memory; returns the transport that the streams
     *     use; replaces the former wrapper
     * @return a copy
     */
    public MemoryOptions withNearTransport(UnaryOperator<Transport> wrapper) {
        Objects.requireNonNull(wrapper, "wrapper");
        return new MemoryOptions(capacityBytes, chunkBytes, canWriteEof, wrapper, far);
    }

    /**
     * Returns these options with a transport around that of the far end; see
     * {@link #withNearTransport withNearTransport}.
     *
     * @param wrapper called once for each pair, with the transport in memory
     * @return a copy
     */
    public MemoryOptions withFarTransport(UnaryOperator<Transport> wrapper) {
        Objects.requireNonNull(wrapper, "wrapper");
        return new MemoryOptions(capacityBytes, chunkBytes, canWriteEof, near, wrapper);
    }

    Transport near(Transport inMemory) {
        return Objects.requireNonNull(near.apply(inMemory), "the wrapper of the near transport returned null");
    }

    Transport far(Transport inMemory) {
        return Objects.requireNonNull(far.apply(inMemory), "the wrapper of the far transport returned null");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MemoryOptions options
                && capacityBytes == options.capacityBytes
                && chunkBytes == options.chunkBytes
                && canWriteEof == options.canWriteEof
                && near.equals(options.near)
                && far.equals(options.far);
    }

    @Override
    public int hashCode() {
        return Objects.hash(capacityBytes, chunkBytes, canWriteEof, near, far);
    }

    @Override
    public String toString() {
        boolean isWrapped = !near.equals(DEFAULT.near) || !far.equals(DEFAULT.far);
        return "MemoryOptions[capacity=" + capacityBytes + " bytes, chunks=" + chunkBytes + " bytes, canWriteEof="
                + canWriteEof + (isWrapped ? ", wrapped]" : "]");
    }
}
