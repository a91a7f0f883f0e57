package dev.nettystreams.benchmarks.servers;

import static dev.nettystreams.Await.await;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;

/** The protocols in straight-line code, which runs on the loop, on virtual and on platform threads. */
@SuppressWarnings("AssignmentExpression") // the loop of every reader
final class StraightConversations {
    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(Protocol.BLOCK_BYTES).asReadOnlyBuffer();

    private StraightConversations() {}

    static ConnectionHandler of(ServerTask task, Upstream upstream, EchoWay echo) {
        return switch (task.mode()) {
            case PING -> StraightConversations::ping;
            case ECHO ->
                switch (echo) {
                    case ARRAYS -> StraightConversations::echoArrays;
                    case INTO -> StraightConversations::echoInto;
                    case BORROW -> StraightConversations::echoBorrowed;
                };
            case SINK -> StraightConversations::sink;
            case SOURCE -> StraightConversations::source;
            case HTTP -> StraightConversations::http;
            case RELAY ->
                (reader, writer) -> await(StreamConnection.relay(reader.connection(), await(upstream.connect())));
        };
    }

    private static void ping(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] head;
        while ((head = await(reader.readLine())).length > 0) {
            for (int count = Protocol.decimal(head, 1); count > 0; count--) {
                byte[] length = await(reader.readLine());
                await(reader.readExactly(Protocol.decimal(length, 1) + 2));
            }
            writer.write(Protocol.PONG);
            await(writer.drain());
        }
    }

    private static void echoArrays(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] block;
        while ((block = await(reader.read(Protocol.BLOCK_BYTES))).length > 0) {
            writer.write(block);
            await(writer.drain());
        }
    }

    private static void echoInto(StreamReader reader, StreamWriter writer) throws Exception {
        ByteBuffer block = ByteBuffer.allocate(Protocol.BLOCK_BYTES);
        while (await(reader.readInto(block)) >= 0) {
            writer.write(block.flip());
            await(writer.drain());
            block.clear();
        }
    }

    private static void echoBorrowed(StreamReader reader, StreamWriter writer) throws Exception {
        while (true) {
            try (BorrowedBytes block = await(reader.borrow(Protocol.BLOCK_BYTES))) {
                if (block.byteCount() == 0) {
                    return;
                }
                writer.write(block);
            }
            await(writer.drain());
        }
    }

    private static void sink(StreamReader reader, StreamWriter writer) throws Exception {
        ByteBuffer block = ByteBuffer.allocate(Protocol.BLOCK_BYTES);
        int received = 0;
        int byteCount;
        while ((byteCount = await(reader.readInto(block))) >= 0) {
            block.clear();
            received += byteCount;
            if (received >= Protocol.SINK_BYTES) {
                received -= Protocol.SINK_BYTES;
                writer.write(new byte[] {Protocol.SINK_REPLY});
                await(writer.drain());
            }
        }
    }

    private static void source(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] line;
        while ((line = await(reader.readLine())).length > 0) {
            for (int left = Protocol.decimal(line, 0); left > 0; left -= Protocol.BLOCK_BYTES) {
                writer.writeOwned(zeros(left));
                await(writer.drain());
            }
        }
    }

    /** Returns one block of zeros, or less for the rest. */
    static ByteBuffer zeros(int atMost) {
        return ZEROS.duplicate().limit(Math.min(atMost, Protocol.BLOCK_BYTES));
    }

    private static void http(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] requestLine;
        while ((requestLine = await(reader.readLine())).length > 0) {
            byte[] header;
            do {
                header = await(reader.readLine());
            } while (header.length > 0 && !Protocol.isBlank(header));
            writer.write(Protocol.fileFor(requestLine));
            await(writer.drain());
        }
    }
}
