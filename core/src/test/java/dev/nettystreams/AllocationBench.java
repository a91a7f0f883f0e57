package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.testing.ManualLoop;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One operation on a quiet connection, made again and again. Everything that it needs is made before its allocated
 * bytes are counted.
 */
final class AllocationBench {
    /** Makes the operation once. */
    @FunctionalInterface
    interface Operation {
        CompletableFuture<?> begin(AllocationBench bench);
    }

    /** When the bytes of a round arrive. */
    enum Arrival {
        BEFORE_THE_CALL,
        BEHIND_THE_CALL,
        NEVER
    }

    final ScriptedTransport wire = new ScriptedTransport();
    final ManualLoop loop = wire.loop;
    final StreamConnection connection;
    final StreamReader reader;
    final StreamWriter writer;

    /** The bytes that each round receives, or writes. */
    final byte[] bytes;

    final ByteBuffer buffer;
    final ByteBuffer directBuffer;
    BorrowedBytes borrowed;

    private final Operation operation;
    private final WindowChunk chunk;
    private final Arrival arrival;
    private final Runnable arriving = this::arrive;
    private @Nullable CompletableFuture<?> result;

    AllocationBench(byte[] bytes, Arrival arrival, Operation operation) {
        this.bytes = bytes;
        this.arrival = arrival;
        this.operation = operation;
        this.chunk = new WindowChunk(bytes);
        this.buffer = ByteBuffer.allocate(bytes.length);
        this.directBuffer = ByteBuffer.allocateDirect(bytes.length);
        this.borrowed = newBorrowed();
        connection = wire.connect(StreamLimits.DEFAULT.withReadLimit(bytes.length));
        reader = connection.reader();
        writer = connection.writer();
    }

    private BorrowedBytes newBorrowed() {
        return BorrowedBytes.over(Block.of(ByteBuffer.wrap(bytes)));
    }

    private void arrive() {
        wire.events().dataReceived(chunk.over(0, bytes.length));
        wire.events().turnEnded();
    }

    void call() {
        result = operation.begin(this);
    }

    /** Returns the future of the operation that began last. */
    CompletableFuture<?> result() {
        CompletableFuture<?> begun = result;
        if (begun == null) {
            throw new IllegalStateException("not begun");
        }
        return begun;
    }

    /** Makes what a round needs. */
    void prepare() {
        buffer.clear();
        directBuffer.clear();
        wire.written.reset();
        wire.calls.clear();
        borrowed = newBorrowed();
        result = null;
    }

    void arriveIf(Arrival now) {
        if (arrival == now) {
            loop.run(arriving);
            loop.runReady();
        }
    }

    /** Ends a round: the operation has completed, and no byte of it is left. */
    void finish() {
        if (Outcomes.value(result()) instanceof BorrowedBytes bytesOfProgram) {
            bytesOfProgram.close();
        }
        loop.run(() -> reader.skip(Integer.MAX_VALUE).cancel(false));
        loop.runReady();
    }
}
