package dev.nettystreams.carrier;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Makes the JDK's poller threads before any carried thread. They wait for the sockets of all virtual threads, the JDK
 * makes them when the first virtual thread waits for one, and a virtual thread inherits the scheduler of the thread
 * that makes it: were that first one on an event loop, the pollers would be, too. So an ordinary thread makes them
 * here.
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
            // another JDK, with other means
        }
        for (Runnable next; (next = nextWaiting()) != null; ) {
            next.run();
        }
    }

    /** In their order; an action that comes when none is left runs at once. */
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
