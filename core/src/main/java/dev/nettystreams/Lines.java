package dev.nettystreams;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a reader, as bytes or as text, one read at a time; for publishers also the chunks of a reader.
 *
 * @param <L> the type of a line
 */
interface Lines<L> {
    /** Starts the read of the next line. */
    CompletableFuture<? extends @Nullable L> read();

    /** Returns whether the result of a read is the end of the input and no line. */
    boolean isEnd(@Nullable L line);
}
