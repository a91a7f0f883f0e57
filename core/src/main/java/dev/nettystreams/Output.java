package dev.nettystreams;

import dev.nettystreams.carrier.Carrier;
import dev.nettystreams.carrier.Outgoing;
import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Transport;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Written bytes on their way to the transport, in one order for all writing threads.
 *
 * <pre>
 *   the loop's own thread ------------------------------------+
 *   a carried thread --Carrier, until it has parked--deliver--+--> TransportWriter --> transport
 *   another thread --CrossThreadWrites, until a task collects-+
 *
 *   drain, flush --> OutputWaits
 * </pre>
 *
 * A write never overtakes an earlier write of another kind of thread: it passes the earlier bytes on first, or is
 * appended behind them. While a file is sent, writes are refused, and flushes wait behind it.
 *
 * <p>Confined to the connection's loop, except for the methods marked "any thread".
 */
final class Output implements Outgoing {
    private final TransportWriter writer;
    private final Transport transport;
    private final CrossThreadWrites crossThreadWrites;
    private final OutputWaits waits;
    private final LoopAccess access;
    private final Lifecycle lifecycle;
    private @Nullable FileWrite file; // the one under way

    Output(TransportWriter writer, LoopAccess access, Lifecycle lifecycle) {
        this.writer = writer;
        this.transport = writer.transport;
        this.crossThreadWrites = writer.crossThreadWrites;
        this.waits = new OutputWaits(writer, access, lifecycle, this::behindFile);
        this.access = access;
        this.lifecycle = lifecycle;
    }

    // ---- writes

    /** Any thread. */
    void write(byte[] source, int offset, int byteCount) {
        lifecycle.refuseWrite("write");
        Carrier behind = carrierToWriteBy();
        if (behind != null) {
            behind.write(this, source, offset, byteCount);
            writer.deferred(byteCount);
        } else if (!access.loop.isCurrent()) {
            if (byteCount > CrossThreadWrites.MOST_ROOM_BYTES) {
                append(copyOf(source, offset, byteCount), "write");
            } else {
                afterAppend(crossThreadWrites.append(source, offset, byteCount), "write");
            }
        } else if (writer.catchUp()) {
            transport.write(source, offset, byteCount);
            writer.flushing.soon();
        }
    }

    /** Any thread. */
    void writeOwned(ByteBuffer source) {
        lifecycle.refuseWrite("writeOwned");
        write(Block.of(source), "writeOwned");
    }

    /** Writes a block, and takes it over, also if it is refused. Any thread. */
    void write(Block source, String method) {
        boolean isPassedOn = false;
        try {
            lifecycle.refuseWrite(method);
            Carrier behind = carrierToWriteBy();
            if (behind != null) {
                writer.deferred(source.byteCount());
                behind.defer(() -> deliver(source));
                isPassedOn = true;
            } else if (!access.loop.isCurrent()) {
                isPassedOn = true;
                append(source, method);
            } else if (writer.catchUp()) {
                isPassedOn = true;
                transport.write(source);
                writer.flushing.soon();
            }
        } finally {
            if (!isPassedOn) {
                source.release();
            }
        }
    }

    private void append(Block source, String method) {
        CrossThreadWrites.AppendResult result = crossThreadWrites.append(source);
        if (!result.isAccepted()) {
            source.release();
        }
        afterAppend(result, method);
    }

    /** Any thread. */
    @Override
    public Block copyOf(byte[] source, int offset, int byteCount) {
        return transport.copyOf(ByteBuffer.wrap(source, offset, byteCount));
    }

    /** Copies bytes into memory that the transport can send, and writes them. Any thread. */
    void write(ByteBuffer source) {
        lifecycle.refuseWrite("write");
        write(transport.copyOf(source), "write");
    }

    /** Writes a chunk in the transport's own memory. Called on the loop's own thread. */
    void write(Chunk chunk) {
        assert access.loop.isCurrent();
        if (access.carrierToGoBehind() != null) {
            write(chunk.takeBlock(chunk.remaining()), "write");
        } else if (writer.catchUp()) {
            transport.write(chunk);
            writer.flushing.soon();
        } else {
            chunk.skip(chunk.remaining());
        }
    }

    /**
     * Returns the carrier to write by, or null if the caller may write to the transport; see
     * {@link LoopAccess#carrierToGoBehind}. If there is one, first defers the writes of other threads.
     */
    private @Nullable Carrier carrierToWriteBy() {
        Carrier behind = access.carrierToGoBehind();
        if (behind != null && !crossThreadWrites.isEmpty()) {
            takeAlong(behind);
        }
        return behind;
    }

    /**
     * Defers the writes of other threads, so that they precede the caller's write. Collects them now, so that later
     * writes of those threads follow it. The task that was submitted for them will grant new credit.
     */
    private void takeAlong(Carrier carrier) {
        Iterable<Block> earlier = crossThreadWrites.collect();
        int byteCount = 0;
        for (Block each : earlier) {
            byteCount += each.byteCount();
            carrier.defer(() -> deliver(each));
        }
        writer.deferred(byteCount);
    }

    /** Passes on bytes that a carried thread wrote before it parked. */
    @Override
    public void deliver(byte[] source, int byteCount) {
        writer.deliver(source, byteCount);
    }

    /** Does the same with a block. */
    @Override
    public void deliver(Block source) {
        writer.deliver(source);
    }

    private void afterAppend(CrossThreadWrites.AppendResult result, String method) {
        switch (result) {
            case QUEUED -> {}
            case QUEUED_FIRST -> writer.collectSoon();
            case CLOSED -> lifecycle.refuseWrite(method); // does not throw if the output was lost: drain and flush fail
            case SUSPENDED -> throw lifecycle.metOtherCall(method);
        }
    }

    // ---- waiting

    /** Any thread. */
    CompletableFuture<Void> drain() {
        return waits.drain();
    }

    /** Any thread. */
    CompletableFuture<Void> flush() {
        return waits.flush();
    }

    // ---- a file

    /** Passes on the writes of other threads, and refuses their later ones until {@link #resume}. */
    void beginFile(FileWrite begun) {
        FileWrite calledOff = file;
        if (calledOff != null) {
            calledOff.end(); // by another thread, whose task is still under way
        }
        file = begun;
        crossThreadWrites.suspendUnless(begun::isClaimed);
        writer.catchUp();
    }

    void endFile(FileWrite ended) {
        if (file == ended) {
            file = null;
        }
    }

    /** Runs an action now, or behind the file that is under way. */
    void behindFile(Runnable action) {
        if (file == null) {
            action.run();
        } else {
            file.runBehind(() -> behindFile(action));
        }
    }

    /** Returns false if the transport declines. If it throws, the connection is aborted, and its failure follows. */
    boolean tryWriteFile(FileChannel source, long position, int byteCount) {
        boolean[] isTaken = {true};
        writer.tryPassOn(() -> isTaken[0] = transport.writeFile(source, position, byteCount));
        return isTaken[0];
    }

    void writeBlock(ByteBuffer block) {
        if (writer.tryPassOn(() -> transport.writeOwned(block))) {
            writer.flushing.now();
        }
    }

    /** Completes when the operating system has everything written so far. */
    void awaitSystem(CompletableFuture<Void> waiter) {
        waits.awaitSystem(waiter);
    }

    /** Completes when the write buffer has room. */
    void awaitRoom(CompletableFuture<Void> waiter) {
        waits.drainOnLoop(waiter);
    }

    // ---- TLS

    /** Writes the last plaintext, and refuses writes until {@link #resume}. Completes when everything is sent. */
    CompletableFuture<Void> suspendBehind(byte[] lastPlaintext) {
        crossThreadWrites.suspend();
        if (writer.catchUp()) {
            transport.write(lastPlaintext, 0, lastPlaintext.length);
        }
        return flush();
    }

    void resume() {
        crossThreadWrites.resume();
    }
}
