package dev.nettystreams;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * {@link StreamWriter#writeFile StreamWriter.writeFile} could not send a file to its end, because the file shrank, was
 * closed, or could not be read. The bytes that were sent before stay sent, and the connection goes on.
 */
public final class IncompleteFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The value of {@link #expectedByteCount} if the file could not even be measured. */
    public static final long UNMEASURED = -1;

    private final long sentByteCount;
    private final long expectedByteCount;

    /**
     * Creates the exception.
     *
     * @param sentByteCount the number of bytes that were sent
     * @param expectedByteCount the number of bytes to send, as measured when {@code writeFile} began, or
     *     {@link #UNMEASURED}
     * @param reason why the file could not be sent to its end
     * @param cause the exception of the file, or null
     */
    public IncompleteFileException(
            long sentByteCount, long expectedByteCount, String reason, @Nullable Throwable cause) {
        super(
                "writeFile() sent " + sentByteCount
                        + (expectedByteCount == UNMEASURED ? "" : " of " + expectedByteCount) + " bytes: " + reason,
                cause);
        this.sentByteCount = sentByteCount;
        this.expectedByteCount = expectedByteCount;
    }

    /**
     * Returns the number of bytes of the file that were sent.
     *
     * @return zero or more
     */
    public long sentByteCount() {
        return sentByteCount;
    }

    /**
     * Returns the number of bytes that were to be sent.
     *
     * @return more than {@link #sentByteCount}, or {@link #UNMEASURED}
     */
    public long expectedByteCount() {
        return expectedByteCount;
    }
}
