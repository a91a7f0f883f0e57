package dev.nettystreams;

import java.util.concurrent.Callable;

/**
 * Straight-line code that may await, and has no result; what has one is a {@link Callable}. A lambda is the right one of the two by itself; a
 * reference to a method that is overloaded is not, and wants to be a lambda.
 */
@FunctionalInterface
public interface Steps {
    /**
     * Runs the code, on the thread that it was given to.
     *
     * @throws Exception whatever the code throws
     */
    void run() throws Exception;

    /**
     * The same code, with nothing for its result.
     *
     * @return what runs it, and returns null
     */
    @SuppressWarnings("NullAway") // Void has no other value
    default Callable<Void> asCallable() {
        return () -> {
            run();
            return null;
        };
    }
}
