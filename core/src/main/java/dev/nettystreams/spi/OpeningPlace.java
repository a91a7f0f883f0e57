package dev.nettystreams.spi;

import org.jspecify.annotations.Nullable;

/**
 * The place in a program that opens a connection. Debug mode, {@code -Ddev.nettystreams.debug=true}, names it in the
 * report of a connection that is dropped without {@code close}. A transport that opens connections later, on its event
 * loop, takes the place in the program's call and passes it to
 * {@link dev.nettystreams.StreamConnection#over(Transport, dev.nettystreams.StreamLimits, OpeningPlace)}.
 */
public final class OpeningPlace {
    /** The name of the system property that turns debug mode on. */
    public static final String DEBUG_PROPERTY = "dev.nettystreams.debug";

    private final Throwable trace = new Throwable("the connection was opened here");

    private OpeningPlace() {}

    /**
     * Returns the place of the caller.
     *
     * @return the place, or null if debug mode is off
     */
    public static @Nullable OpeningPlace here() {
        return isDebugging() ? new OpeningPlace() : null;
    }

    /**
     * Returns whether debug mode is on now.
     *
     * @return the value of the property {@code dev.nettystreams.debug}
     */
    public static boolean isDebugging() {
        return Boolean.getBoolean(DEBUG_PROPERTY);
    }

    /**
     * Returns the call stack of the place.
     *
     * @return an exception to log, which was never thrown
     */
    public Throwable trace() {
        return trace;
    }
}
