package dev.nettystreams.spi;

import java.util.concurrent.CompletionException;

/** The failures of stages, without the exception that the stages derived from them add. */
public final class StageFailures {
    private StageFailures() {}

    /**
     * Returns the failure that a stage was completed with. A stage that depends on it, such as one made by
     * {@code thenApply}, reports it wrapped in a {@link CompletionException}.
     *
     * @param failure as a stage reports it to {@code whenComplete}, {@code handle} or {@code exceptionally}
     * @return the cause of a {@link CompletionException} that has one, otherwise {@code failure}
     */
    public static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
