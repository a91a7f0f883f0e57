package dev.nettystreams.demos.files;

import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.OneLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends part of a file, and closes the file. A client that stops reading would keep its file open forever, so one that
 * takes no piece of the file (256 KiB, or 64 KiB under TLS) for {@value #STALL_SECONDS} s is cut off.
 */
final class Delivery {
    static final int STALL_SECONDS = 60;

    private static final Executor LATER = CompletableFuture.delayedExecutor(STALL_SECONDS, TimeUnit.SECONDS);

    private final CompletableFuture<Long> sent;
    private final AtomicLong progress = new AtomicLong();
    private long seen;

    private Delivery(StreamWriter writer, Site.Opened file, ByteRange range) {
        sent = writer.writeFile(file.channel(), range.first(), range.byteCount(), progress::set);
    }

    /** Completes when the file has been sent and closed. */
    static CompletableFuture<Void> begin(StreamWriter writer, Site.Opened file, ByteRange range) {
        Delivery delivery = new Delivery(writer, file, range);
        delivery.watch();
        return delivery.sent.handle((byteCount, failure) -> {
            long end = range.first() + range.byteCount();
            long size = sizeOf(file);
            if (size < end) {
                String name = OneLine.printable(file.path().toString());
                String message = name + " has shrunk to " + size + " bytes while it was sent";
                throw new UncheckedIOException(new IOException(message));
            }
            if (failure != null) {
                throw new CompletionException(failure);
            }
            return null;
        });
    }

    private static long sizeOf(Site.Opened file) {
        try {
            return file.channel().size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void watch() {
        LATER.execute(() -> {
            if (sent.isDone()) {
                return;
            }
            long now = progress.get();
            if (now == seen) {
                sent.completeExceptionally(new TimeoutException(
                        "the client took none of the file for " + STALL_SECONDS + " s, after " + now + " bytes"));
            } else {
                seen = now;
                watch();
            }
        });
    }
}
