package dev.nettystreams.demos.postgres;

import dev.nettystreams.Await;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One timeout for several answers of the server together: a server that sends them slowly gains no time. */
final class AnswerDeadline {
    /** For queries, which may take any time. */
    static final AnswerDeadline ENDLESS = new AnswerDeadline(null, 0);

    private final @Nullable Duration length;
    private final long endNanos;

    private AnswerDeadline(@Nullable Duration length, long endNanos) {
        this.length = length;
        this.endNanos = endNanos;
    }

    /** Starts the timeout now. */
    static AnswerDeadline of(Duration length) {
        return new AnswerDeadline(length, System.nanoTime() + length.toNanos());
    }

    private static String seconds(Duration length) {
        return BigDecimal.valueOf(length.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }

    <T> T await(CompletableFuture<T> answer) throws IOException, InterruptedException, TimeoutException {
        if (length == null) {
            return Await.await(answer);
        }
        try {
            return Await.await(answer.orTimeout(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            throw new IOException("the server did not let us in within " + seconds(length), e);
        }
    }
}
