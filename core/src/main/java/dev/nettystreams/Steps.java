package dev.nettystreams;

import java.util.concurrent.Callable;

/**
 * Straight-line code that may await and has no result; code with a result is a {@link Callable}. The compiler picks the
 * right one of the two for a lambda, but not for a reference to an overloaded method: write a lambda there.
 */
@FunctionalInterface
public interface Steps {
    /**
     * Runs the code on the thread that it was started on.
     *
     * @throws Exception any exception that the code throws
     */
    void run() throws Exception;

    /**
     * Returns the same code as a {@link Callable}.
     *
     * @return a callable that runs this code and returns null
     */
    @SuppressWarnings("NullAway") // Void has no other value
    default Callable<Void> asCallable() {
        return () -> {
            run();
            return null;
        };
    }
}
