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
    /** The pollers of this process, which are made when this class is first used. */
    private static final Pollers OF_JDK = new Pollers(Pollers::makePollersOfJdk);

    private final Object lock = new Object();
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(); // guarded by lock
    private final Runnable creation;
    private boolean areMade; // guarded by lock

    static {
        OF_JDK.start();
    }

    /** @param creation makes the pollers, on a thread of its own */
    Pollers(Runnable creation) {
        this.creation = creation;
    }

    void start() {
        Thread maker = new Thread(this::make, "netty-streams-pollers");
        maker.setDaemon(true);
        maker.start();
    }

    private static void makePollersOfJdk() {
        try {
            Class.forName("sun.nio.ch.Poller", true, null);
        } catch (ClassNotFoundException | LinkageError e) {
            // a JDK without this class
        }
    }

    private void make() {
        runReporting(creation);
        for (Runnable next; (next = nextWaiting()) != null; ) {
            runReporting(next);
        }
    }

    /** An action that fails must not keep the later ones, and the threads that wait for them, from running. */
    private static void runReporting(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            Thread thread = Thread.currentThread();
            try {
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            } catch (Throwable lost) {
                // No one is left to tell.
            }
        }
    }

    /** Returns the actions in their order. When none is left, later actions run at once. */
    private @Nullable Runnable nextWaiting() {
        synchronized (lock) {
            Runnable next = waiting.poll();
            areMade = next == null;
            return next;
        }
    }

    static boolean areMade() {
        return OF_JDK.haveBeenMade();
    }

    static void whenMade(Runnable action) {
        OF_JDK.afterCreation(action);
    }

    boolean haveBeenMade() {
        synchronized (lock) {
            return areMade;
        }
    }

    void afterCreation(Runnable action) {
        synchronized (lock) {
            if (!areMade) {
                waiting.add(action);
                return;
            }
        }
        action.run();
    }
}
