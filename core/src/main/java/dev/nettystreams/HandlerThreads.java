package dev.nettystreams;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Starts a thread for each conversation. Virtual threads are reached by method handle, since this is compiled for Java 17. */
enum HandlerThreads {
    PLATFORM {
        @Override
        void startThread(Runnable conversation) {
            Thread thread = new Thread(conversation, "netty-streams-connection-" + COUNTER.incrementAndGet());
            thread.setDaemon(true);
            thread.start();
        }
    },
    VIRTUAL {
        @Override
        void startThread(Runnable conversation) {
            MethodHandle start = START_VIRTUAL;
            if (start == null) {
                throw new IllegalStateException("virtual threads need Java 21 or later, and this is Java "
                        + Runtime.version().feature() + "; use Await.onThreads");
            }
            try {
                Thread started = (Thread) start.invokeExact(conversation);
                assert started != null;
            } catch (Throwable e) {
                throw new IllegalStateException("a virtual thread could not be started", e);
            }
        }
    };

    private static final AtomicLong COUNTER = new AtomicLong();
    private static final @Nullable MethodHandle START_VIRTUAL = findStartVirtual();

    /** Virtual threads where there are any. */
    static final HandlerThreads BEST = START_VIRTUAL != null ? VIRTUAL : PLATFORM;

    abstract void startThread(Runnable conversation);

    boolean isAvailable() {
        return this == PLATFORM || START_VIRTUAL != null;
    }

    @SuppressWarnings("NullAway") // Void has no other value
    CompletionStage<?> start(ConnectionHandler handler, StreamConnection connection) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        startThread(() -> {
            try {
                handler.handle(connection.reader(), connection.writer());
                over.complete(null);
            } catch (Throwable e) { // whatever the program throws is its outcome
                over.completeExceptionally(e);
            }
        });
        return over;
    }

    /** Java 19 and 20 have the method too, as a preview that throws. */
    private static @Nullable MethodHandle findStartVirtual() {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        try {
            return MethodHandles.lookup()
                    .findStatic(
                            Thread.class, "startVirtualThread", MethodType.methodType(Thread.class, Runnable.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }
}
