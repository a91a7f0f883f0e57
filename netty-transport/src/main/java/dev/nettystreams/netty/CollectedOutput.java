package dev.nettystreams.netty;

import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamReader;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One output of a process, read to its end by {@link StreamProcess#communicate}. Kept until it is handed out: an output
 * may be complete when the call is cancelled that waits for the other one.
 *
 * <p>Any thread.
 */
final class CollectedOutput {
    private final StreamReader reader;
    private byte @Nullable [] kept; // guarded by this

    CollectedOutput(StreamReader reader) {
        this.reader = reader;
    }

    CompletableFuture<byte[]> readAll(int maxByteCount) {
        byte[] whole = kept();
        if (whole != null && whole.length <= maxByteCount) {
            return CompletableFuture.completedFuture(whole);
        }
        if (whole != null) {
            return CompletableFuture.failedFuture(new LimitOverrunException(false, whole.length, maxByteCount));
        }
        CompletableFuture<byte[]> reading = reader.readAll(maxByteCount);
        reading.whenComplete((bytes, failure) -> keep(bytes));
        return reading;
    }

    private synchronized byte @Nullable [] kept() {
        return kept;
    }

    private synchronized void keep(byte @Nullable [] bytes) {
        kept = bytes;
    }

    synchronized void handedOut() {
        kept = null;
    }
}
