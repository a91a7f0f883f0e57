package dev.nettystreams.benchmarks.servers;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The protocols with callbacks on the event loop. A future that is complete already costs no callback: each loop goes
 * on in place, and begins again in the callback of a future that is not.
 */
final class CallbackConversations {
    private CallbackConversations() {}

    static ConnectionHandler of(ServerTask task, Upstream upstream, EchoWay echo) {
        return switch (task.mode()) {
            case PING -> ConnectionHandler.callbacks((reader, writer) -> new Ping(reader, writer).begin());
            case ECHO ->
                ConnectionHandler.callbacks((reader, writer) -> switch (echo) {
                    case ARRAYS -> new ArrayEcho(reader, writer).begin();
                    case INTO -> new BufferEcho(reader, writer).begin();
                    case BORROW -> new BorrowedEcho(reader, writer).begin();
                });
            case SINK -> ConnectionHandler.callbacks((reader, writer) -> new Sink(reader, writer).begin());
            case SOURCE -> ConnectionHandler.callbacks((reader, writer) -> new Source(reader, writer).begin());
            case HTTP -> ConnectionHandler.callbacks((reader, writer) -> new Http(reader, writer).begin());
            case RELAY ->
                ConnectionHandler.callbacks((reader, writer) ->
                        upstream.connect().thenCompose(server -> StreamConnection.relay(reader.connection(), server)));
        };
    }

    private abstract static class ByteConversation extends CallbackLoop<byte[]> {
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

    private static final class ArrayEcho extends ByteConversation {
        ArrayEcho(StreamReader reader, StreamWriter writer) {
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

    private static final class BufferEcho extends CallbackLoop<Integer> {
        private final ByteBuffer block = ByteBuffer.allocate(Protocol.BLOCK_BYTES);

        BufferEcho(StreamReader reader, StreamWriter writer) {
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
        CompletableFuture<Void> take(Integer input) {
            writer.write(block.flip());
            return writer.drain();
        }
    }

    private static final class BorrowedEcho extends CallbackLoop<BorrowedBytes> {
        BorrowedEcho(StreamReader reader, StreamWriter writer) {
            super(reader, writer);
        }

        @Override
        CompletableFuture<BorrowedBytes> read() {
            return reader.borrow(Protocol.BLOCK_BYTES);
        }

        @Override
        boolean isEnd(BorrowedBytes input) {
            return input.byteCount() == 0;
        }

        @Override
        CompletableFuture<Void> take(BorrowedBytes input) {
            try (input) {
                writer.write(input);
            }
            return writer.drain();
        }
    }

    private static final class Sink extends CallbackLoop<Integer> {
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
