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

/** Where a server's dialogues run. The two loops below are the same loop, in the two ways to write one. */
public enum RunOn {
    /** On the connection's event loop, as callbacks. */
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

    /** On the connection's event loop, awaiting: Java 21 and later, with {@code java.lang} opened, which the demos' jar sees to. */
    LOOP {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onEventLoop((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    },

    /** On a virtual thread for each connection: Java 21 and later. */
    VIRTUAL {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onVirtualThreads((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    },

    /** On an ordinary thread for each connection. */
    THREADS {
        @Override
        public ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
            return Await.onThreads((reader, writer) -> converse(dialogues.apply(reader, writer), writer));
        }
    };

    /**
     * Whether this Java can.
     *
     * @return false before Java 21 where virtual threads are needed, and, on the loop, without the JVM's option
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
     * Makes a handler that runs a dialogue with each peer.
     *
     * @param dialogues makes the dialogue of a connection
     * @return what a server takes
     * @throws IllegalStateException if this Java has no such threads
     */
    public abstract ConnectionHandler handler(BiFunction<StreamReader, StreamWriter, Dialogue> dialogues);

    /** As one types it. */
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
