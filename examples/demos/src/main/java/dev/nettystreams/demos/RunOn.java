package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * The kind of thread that runs the dialogues of a server. The two loops below are the same loop, written in the two
 * styles.
 */
public enum RunOn {
    /** On the connection's event loop, with callbacks. */
    CALLBACKS {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return new ConnectionHandler() {
                @Override
                public void handle(StreamReader reader, StreamWriter writer) throws Exception {
                    converse(dialogues.apply(reader, writer), writer);
                }

                @Override
                public CompletionStage<?> start(StreamConnection connection) {
                    return converse(dialogues.apply(connection.reader(), connection.writer()), connection);
                }
            };
        }
    },

    /**
     * On the connection's event loop, with {@code await}: Java 21 and later, with {@code java.lang} opened, which the
     * jar of the demos does.
     */
    LOOP {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onEventLoop((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    },

    /** On one virtual thread per connection: Java 21 and later. */
    VIRTUAL {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onVirtualThreads((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    },

    /** On one platform thread per connection. */
    THREADS {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onThreads((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    };

    /**
     * Returns whether this JVM supports it.
     *
     * @return false before Java 21 if it needs virtual threads and, on the event loop, without the JVM's option
     */
    public boolean isAvailable() {
        return switch (this) {
            case CALLBACKS, THREADS -> true;
            case LOOP -> Await.isOnEventLoopAvailable();
            case VIRTUAL -> Runtime.version().feature() >= 21;
        };
    }

    private static final CompletableFuture<Boolean> GO_ON = CompletableFuture.completedFuture(true);
    private static final CompletableFuture<Boolean> STOP = CompletableFuture.completedFuture(false);

    /**
     * Creates a handler that runs a dialogue with each peer.
     *
     * @param dialogues creates the dialogue of a connection
     * @return a handler for a server
     * @throws IllegalStateException if this JVM does not support it
     */
    public abstract ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues);

    /** Returns the name as typed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void converse(Dialogue dialogue, StreamWriter writer) throws Exception {
        try {
            Dialogue.Then then;
            while ((then = dialogue.accept(await(dialogue.read()))) != Dialogue.Then.END) {
                if (then == Dialogue.Then.DRAIN) {
                    await(drained(dialogue, writer));
                }
            }
        } catch (Exception e) {
            await(dialogue.failed(e));
        }
    }

    private static CompletionStage<?> converse(Dialogue dialogue, StreamConnection connection) {
        CompletableFuture<Void> over =
                connection.repeat(() -> dialogue.read().thenCompose(input -> switch (dialogue.accept(input)) {
                    case READ_ON -> GO_ON;
                    case DRAIN -> drained(dialogue, connection.writer()).thenApply(done -> true);
                    case END -> STOP;
                }));
        return over.exceptionallyCompose(failure -> dialogue.failed(failure).thenAccept(any -> {}));
    }

    private static CompletableFuture<Void> drained(Dialogue dialogue, StreamWriter writer) {
        CompletableFuture<Void> drained = writer.drain();
        return drained.isDone()
                ? drained
                : drained.orTimeout(dialogue.drainTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }
}
