package dev.nettystreams.flight;

import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The open connections of the process, for the events that describe them all. Held weakly: a connection in memory may
 * be dropped without an end.
 *
 * <p>Any thread.
 */
final class OpenConnections {
    private static final Map<Recorded, Boolean> OPEN = new WeakHashMap<>(); // guarded by itself

    static {
        OpenConnection.installHook();
    }

    private OpenConnections() {}

    static void add(Recorded connection) {
        synchronized (OPEN) {
            OPEN.put(connection, true);
        }
    }

    static void remove(Recorded connection) {
        synchronized (OPEN) {
            OPEN.remove(connection);
        }
    }

    static List<Recorded> snapshot() {
        synchronized (OPEN) {
            return List.copyOf(OPEN.keySet());
        }
    }

    /** Returns the connection that a thread serves, or null. Looks at each connection: for rare events. */
    static @Nullable Recorded servedBy(Thread thread) {
        for (Recorded each : snapshot()) {
            if (each.isServedBy(thread)) {
                return each;
            }
        }
        return null;
    }
}
