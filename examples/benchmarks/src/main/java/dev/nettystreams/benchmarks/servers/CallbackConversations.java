package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The protocols with callbacks on the event loop. A future that is complete already costs no callback: each loop goes
 * on in place, and begins again in the callback of a future that is not.
 */
final class CallbackConversations {
    private CallbackConversations() {}

    static ConnectionHandler of(ServerTask task, Upstream upstream) {
        return switch (task.mode()) {
            case PING -> ConnectionHandler.callbacks((reader, writer) -> new Ping(reader, writer).begin());
            case ECHO -> ConnectionHandler.callbacks((reader, writer) -> new Echo(reader, writer).begin());
            case SINK -> ConnectionHandler.callbacks((reader, writer) -> new Sink(reader, writer).begin());
            case SOURCE -> ConnectionHandler.callbacks((reader, writer) -> new Source(reader, writer).begin());
            case HTTP -> ConnectionHandler.callbacks((reader, writer) -> new Http(reader, writer).begin());
            case RELAY ->
                ConnectionHandler.callbacks((reader, writer) ->
                        upstream.connect().thenCompose(server -> StreamConnection.relay(reader.connection(), server)));
        };
    }

    /** One conversation: a loop of reads, each followed by as much writing as it causes. */
    private abstract static class Conversation<T> {
        final StreamReader reader;
        final StreamWriter writer;
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        Conversation(StreamReader reader, StreamWriter writer) {
            this.reader = reader;
            this.writer = writer;
        }

        /** Starts the next read. */
        abstract CompletableFuture<T> read();

        /** Takes what was read. Returns a future to wait for, or null to read on. */
        abstract @Nullable CompletableFuture<Void> take(T input);

        abstract boolean isEnd(T input);

        final CompletionStage<?> begin() {
            run();
            return over;
        }

        private void run() {
            for (; ; ) {
                CompletableFuture<T> input = read();
                if (!input.isDone()) {
                    input.whenComplete((bytes, failure) -> {
                        if (failure != null) {
                            over.completeExceptionally(failure);
                        } else if (proceed(bytes)) {
                            run();
                        }
                    });
                    return;
                }
                T bytes;
                try {
                    bytes = input.join();
                } catch (RuntimeException e) {
                    over.completeExceptionally(e.getCause() == null ? e : e.getCause());
                    return;
                }
                if (!proceed(bytes)) {
                    return;
                }
            }
        }

        /** Takes input. Returns true to read on at once; otherwise the end of a write goes on, or it is over. */
        private boolean proceed(T input) {
            if (isEnd(input)) {
                over.complete(null);
                return false;
            }
            CompletableFuture<Void> written = take(input);
            if (written == null || (written.isDone() && !written.isCompletedExceptionally())) {
                return true;
            }
            written.whenComplete((done, failure) -> {
                if (failure != null) {
                    over.completeExceptionally(failure);
                } else {
                    run();
                }
            });
            return false;
        }
    }

    private abstract static class ByteConversation extends Conversation<byte[]> {
        ByteConversation(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        final boolean isEnd(byte[] input) {
            return input.length == 0;
        }
    }

    private static final class Ping extends ByteConversation {
        private int argumentCount;
        private int bulkByteCount = -1;

        Ping(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<byte[]> read() {
            return bulkByteCount >= 0 ? reader.readExactly(bulkByteCount + 2) : reader.readLine();
        }

        @Override
        @Nullable
        CompletableFuture<Void> take(byte[] input) {
            if (bulkByteCount >= 0) {
                bulkByteCount = -1;
                argumentCount--;
            } else if (argumentCount == 0) {
                argumentCount = Protocol.decimal(input, 1);
            } else {
                bulkByteCount = Protocol.decimal(input, 1);
                return null;
            }
            if (argumentCount > 0) {
                return null;
            }
            writer.write(Protocol.PONG);
            return writer.drain();
        }
    }

    private static final class Echo extends ByteConversation {
        Echo(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<byte[]> read() {
            return reader.read(Protocol.BLOCK_BYTES);
        }

        @Override
        CompletableFuture<Void> take(byte[] input) {
            writer.write(input);
            return writer.drain();
        }
    }

    private static final class Sink extends Conversation<Integer> {
        private final ByteBuffer block = ByteBuffer.allocate(Protocol.BLOCK_BYTES);
        private int received;

        Sink(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<Integer> read() {
            return reader.readInto(block.clear());
        }

        @Override
        boolean isEnd(Integer input) {
            return input < 0;
        }

        @Override
        @Nullable
        CompletableFuture<Void> take(Integer input) {
            received += input;
            if (received < Protocol.SINK_BYTES) {
                return null;
            }
            received -= Protocol.SINK_BYTES;
            writer.write(new byte[] {Protocol.SINK_REPLY});
            return writer.drain();
        }
    }

    private static final class Source extends ByteConversation {
        Source(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<byte[]> read() {
            return reader.readLine();
        }

        @Override
        CompletableFuture<Void> take(byte[] input) {
            return send(Protocol.decimal(input, 0));
        }

        private CompletableFuture<Void> send(int byteCount) {
            CompletableFuture<Void> drained = CompletableFuture.completedFuture(null);
            for (int left = byteCount; left > 0; left -= Protocol.BLOCK_BYTES) {
                writer.writeOwned(StraightConversations.zeros(left));
                drained = writer.drain();
                if (!drained.isDone()) {
                    int rest = left - Protocol.BLOCK_BYTES;
                    return drained.thenCompose(done -> send(rest));
                }
            }
            return drained;
        }
    }

    private static final class Http extends ByteConversation {
        private byte @Nullable [] requestLine;

        Http(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<byte[]> read() {
            return reader.readLine();
        }

        @Override
        @Nullable
        CompletableFuture<Void> take(byte[] input) {
            if (requestLine == null) {
                requestLine = input;
                return null;
            }
            if (!Protocol.isBlank(input)) {
                return null;
            }
            writer.write(Protocol.fileFor(requestLine));
            requestLine = null;
            return writer.drain();
        }
    }
}
