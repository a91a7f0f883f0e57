package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.LoopThreads;
import org.jspecify.annotations.Nullable;

/**
 * Threads of the kind that the caller is: on its event loop if a loop carries it, virtual if it is virtual, else
 * ordinary daemon threads. Any thread may use what {@link #find} has found.
 */
final class ThreadsBesideCaller {
    private final @Nullable Carrier carrier;
    private final HandlerThreads others;

    private ThreadsBesideCaller(@Nullable Carrier carrier, HandlerThreads others) {
        this.carrier = carrier;
        this.others = others;
    }

    /**
     * @param method the caller's name in the exception's message
     * @throws IllegalStateException on an event loop's own thread
     */
    static ThreadsBesideCaller find(String method) {
        Carrier carrier = Carrier.ofCaller();
        if (carrier == null && LoopThreads.isLoopThread()) {
            throw new IllegalStateException(method + " called on an event loop's own thread, where no code may wait:"
                    + " use Await.onEventLoop(connection, code)");
        }
        return new ThreadsBesideCaller(carrier, HandlerThreads.ofCaller());
    }

    Thread newThread(Runnable task) {
        Interrupts interrupts = new Interrupts();
        Thread made = newThread(task, interrupts);
        interrupts.bind(made);
        return made;
    }

    /** The caller binds {@code interrupts} to the thread. */
    Thread newThread(Runnable task, Interrupts interrupts) {
        return carrier != null ? carrier.newThread(task, interrupts) : others.newThread(task, interrupts);
    }
}
