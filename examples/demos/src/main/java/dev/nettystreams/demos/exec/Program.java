package dev.nettystreams.demos.exec;

import dev.nettystreams.netty.StreamProcess;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client's program.
 *
 * @param process the program, whose standard error is read by {@link ErrorLines}
 * @param errorsPrinted completes at the end of its standard error
 */
record Program(StreamProcess process, CompletableFuture<?> errorsPrinted) {
    /** A program that has ended may have left standard error to another one, which runs on. */
    private static final Duration ERRORS_TIMEOUT = Duration.ofSeconds(1);

    /** The program has ended: closes its streams when its last words are printed. Does not wait. */
    void ended() {
        errorsPrinted
                .copy()
                .orTimeout(ERRORS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((printed, late) -> process.close());
    }
}
