package dev.nettystreams.carrier;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Creates the JDK's poller threads before the first carried thread. The pollers wait for the sockets of all virtual
 * threads. The JDK creates them when a virtual thread first waits for a socket, and some are virtual threads, which
 * inherit the scheduler of their creator. If a carried thread created them, they would run on its event loop. So a
 * platform thread creates them here.
 *
 * <p>Any thread.
 */
final class Pollers {
    private static final Object LOCK = new Object();
    private static final ArrayDeque<Runnable> WAITING = new ArrayDeque<>(); // guarded by LOCK
    private static boolean areMade; // guarded by LOCK
    private static final Thread MAKER = new Thread(Pollers::make, "netty-streams-pollers");

    static {
        MAKER.setDaemon(true);
        MAKER.start();
    }

    private Pollers() {}

    private static void make() {
        try {
            Class.forName("sun.nio.ch.Poller", true, null);
        } catch (ClassNotFoundException | LinkageError e) {
            // a JDK without this class
        }
        for (Runnable next; (next = nextWaiting()) != null; ) {
            next.run();
        }
    }

    /** Returns the actions in their order. When none is left, later actions run at once. */
    private static @Nullable Runnable nextWaiting() {
        synchronized (LOCK) {
            Runnable next = WAITING.poll();
            areMade = next == null;
            return next;
        }
    }

    static boolean areMade() {
        synchronized (LOCK) {
            return areMade;
        }
    }

    static void whenMade(Runnable action) {
        synchronized (LOCK) {
            if (!areMade) {
                WAITING.add(action);
                return;
            }
        }
        action.run();
    }
}
