package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Carriers;
import dev.nettystreams.carrier.Interrupts;
import dev.nettystreams.spi.LoopThreads;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Creates threads of the caller's kind: on its event loop if a loop carries it, virtual if it is virtual, otherwise
 * daemon platform threads. Any thread may use the result of {@link #find}.
 */
final class ThreadsBesideCaller {
    private final @Nullable Carrier carrier;
    private final HandlerThreads others;

    private ThreadsBesideCaller(@Nullable Carrier carrier, HandlerThreads others) {
        this.carrier = carrier;
        this.others = others;
    }

    /**
     * Finds the kind of the calling thread.
     *
     * @param method the name of the calling method, for the exception's message
     * @throws IllegalStateException on an event loop's own thread
     */
    static ThreadsBesideCaller find(String method) {
        Carrier carrier = Carriers.ofCaller();
        if (carrier == null && LoopThreads.isLoopThread()) {
            throw new IllegalStateException(method + " called on an event loop's own thread, where no code may wait:"
                    + " use Await.onEventLoop(connection, code)");
        }
        return new ThreadsBesideCaller(carrier, HandlerThreads.ofCaller());
    }

    /** Creates a thread for code that knows nothing of {@link Interrupts}. */
    Thread newThread(Runnable task) {
        Objects.requireNonNull(task, "task");
        Interrupts interrupts = new Interrupts();
        Thread made = newThreadThatAdopts(() -> {
            interrupts.adoptCaller();
            task.run();
        });
        interrupts.bind(made);
        return made;
    }

    /** Creates a thread; the caller binds {@link Interrupts} to it, which the task adopts. */
    Thread newThreadThatAdopts(Runnable task) {
        return carrier != null ? carrier.newThread(task) : others.newThread(task);
    }
}
