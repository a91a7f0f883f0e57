package dev.nettystreams;

import dev.nettystreams.spi.Loop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code writeFile}: the sequence in which the parts of a file reach the transport.
 *
 * <pre>
 *   the call (any thread): writes, writeEof, startTls, detach and a second writeFile are refused from now on
 *     |  on the loop, behind everything written before
 *   MEASURING    a {@link FileThreads thread} finds the file's size, and whether it can be read
 *     |
 *   SENDING      by pieces: the transport sends each from the file; the next follows when the system has it all
 *     |          by blocks, if the transport declines: a {@link FileThreads thread} reads each into memory; the
 *     |                     next follows when the write buffer has room
 *     |                        \                                      \
 *   the system has all bytes:   the file shrank, was closed, or has a    cancelled, timed out: no further part
 *   done                        read error: {@link IncompleteFileException}   is handed over
 * </pre>
 *
 * In each case writes are accepted again, and the connection goes on. If it is lost or aborted, its failure is the
 * outcome. {@code close} and {@code flush} calls that come meanwhile take effect {@linkplain #runBehind behind} the
 * file.
 *
 * <p>The caller owns the file, and this class never moves its position. A piece in the transport refers to the file
 * until it has been sent, even after a cancellation. A block is owned by the transport once it is handed over.
 *
 * <p>Confined to the connection's loop, except for the future and {@link #calledOff}.
 */
final class FileWrite extends Claimable<Long> {
    /** Large enough that a piece costs little beside its bytes, and small enough to share the loop. */
    static final int PIECE_BYTES = 256 << 10;

    static final int BLOCK_BYTES = 64 << 10;

    private static final int NONE = 0;
    private static final int BEGUN = 1;
    private static final int DONE = 2;

    private final AtomicInteger acceptance = new AtomicInteger(NONE); // of writes; each value is set once
    private final StreamCore core;
    private final FileChannel file;
    private final long position;
    private final long mostBytes;
    private final LongConsumer progress;
    private final ArrayDeque<Runnable> behind = new ArrayDeque<>(0);
    private long expectedByteCount = IncompleteFileException.UNMEASURED;
    private long sentByteCount;
    private boolean isOver;

    private FileWrite(StreamCore core, FileChannel file, long position, long mostBytes, LongConsumer progress) {
        this.core = core;
        this.file = file;
        this.position = position;
        this.mostBytes = mostBytes;
        this.progress = progress;
    }

    /** Any thread. */
    static FileWrite begin(StreamCore core, FileChannel file, long position, long mostBytes, LongConsumer progress) {
        FileWrite run = new FileWrite(core, file, position, mostBytes, progress);
        while (core.lifecycle.move(Lifecycle.Event.WRITE_FILE) == null) {
            core.lifecycle.refuseWrite("writeFile");
            if (core.lifecycle.state().isBroken()) {
                break; // the loop has the reason
            }
        }
        if (core.access.isHere()) {
            core.access.run(run::start); // before a close() or flush() that the same code calls next
        } else {
            core.access.submit(run::start, run);
        }
        return run;
    }

    @Override
    @Nullable
    Loop clock() {
        return core.loop.hasOwnClock() ? core.loop : null;
    }

    private void start() {
        core.output.beginFile(this);
        if (isClaimed()) {
            end(); // called off before
        } else {
            onFileThread(this::measure);
        }
    }

    /** Reads nothing, but fails as a read would. */
    private Runnable measure() throws IOException {
        long size = file.size();
        try {
            var unused = file.read(ByteBuffer.allocate(0), position);
        } catch (NonReadableChannelException e) {
            throw new IllegalArgumentException("the file of writeFile() is not open for reading", e);
        }
        return () -> {
            expectedByteCount = Math.min(mostBytes, Math.max(0, size - position));
            next();
        };
    }

    // ---- the sequence

    private void next() {
        if (isOver || isClaimed()) {
            return;
        }
        Failure lost = core.writer.failure();
        long restByteCount = expectedByteCount - sentByteCount;
        if (lost != null) {
            failWith(lost.newException());
        } else if (restByteCount == 0) {
            finish();
        } else {
            handOver((int) Math.min(restByteCount, PIECE_BYTES));
        }
    }

    private void handOver(int byteCount) {
        long from = position + sentByteCount;
        long size;
        try {
            size = file.size();
        } catch (IOException e) {
            unreadable(e);
            return;
        }
        if (size - byteCount < from) { // the transport would find its end only in the middle of a piece
            shrunkTo(size);
        } else if (core.output.tryWriteFile(file, from, byteCount)) {
            sentByteCount += byteCount;
            core.output.awaitSystem(step()); // also flushes; completes in a later task
            report();
        } else {
            int blockByteCount = Math.min(byteCount, BLOCK_BYTES);
            onFileThread(() -> readBlock(from, blockByteCount));
        }
    }

    private Runnable readBlock(long from, int byteCount) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(byteCount);
        file.read(block, from);
        block.flip(); // its bytes count: a FileChannel that is not the JDK's may return another number
        long size = block.hasRemaining() ? 0 : file.size();
        return () -> {
            if (isOver || isClaimed()) {
                return;
            }
            if (block.hasRemaining()) {
                write(block);
            } else if (size > from) {
                unreadable(new IOException("a read of the file returned no bytes before its end"));
            } else {
                shrunkTo(size);
            }
        };
    }

    private void write(ByteBuffer block) {
        sentByteCount += block.remaining();
        core.output.writeBlock(block);
        report();
        if (isOver || isClaimed()) {
            return;
        }
        if (sentByteCount == expectedByteCount) {
            core.output.awaitSystem(step());
        } else {
            core.output.awaitRoom(step());
        }
    }

    /** Returns a future whose completion continues the sequence. */
    private CompletableFuture<Void> step() {
        CompletableFuture<Void> step = new CompletableFuture<>();
        step.whenComplete((done, failure) -> {
            if (failure == null) {
                next();
            } else if (!isOver) {
                failWith(failure);
            }
        });
        return step;
    }

    /** Calls the caller's code, which may call any method: the state is settled. */
    private void report() {
        try {
            progress.accept(sentByteCount);
        } catch (Throwable e) { // any exception of the caller's code ends the call
            failWith(e);
        }
    }

    // ---- the end

    /** Accepts writes first: a caller whose cancel comes too late may write at once, too. */
    private void finish() {
        acceptWrites();
        if (claim()) {
            end();
            succeed(sentByteCount);
        }
    }

    private void failWith(Throwable reason) {
        acceptWrites();
        if (claim()) {
            end();
            fail(reason);
        }
    }

    private void shrunkTo(long size) {
        failWith(new IncompleteFileException(
                sentByteCount, expectedByteCount, "the file has shrunk to " + size + " bytes", null));
    }

    private void unreadable(IOException cause) {
        String reason =
                cause instanceof ClosedChannelException ? "the file is closed" : String.valueOf(cause.getMessage());
        failWith(new IncompleteFileException(sentByteCount, expectedByteCount, reason, cause));
    }

    /** The caller may write at once, so writes are accepted before the future is done. */
    @Override
    void calledOff() {
        acceptWrites();
        core.access.run(this::end);
    }

    /**
     * Once, by whichever party comes first: a second {@code writeFile} may begin as soon as Lifecycle has moved, and
     * must stay suspended. The party that comes second waits for these two steps.
     */
    private void acceptWrites() {
        if (acceptance.compareAndSet(NONE, BEGUN)) {
            core.output.resume();
            core.lifecycle.move(Lifecycle.Event.FILE_ENDED);
            acceptance.set(DONE);
        }
        while (acceptance.get() != DONE) {
            Thread.onSpinWait();
        }
    }

    /** Ends the sequence. The caller has claimed the future, and completes it afterwards. */
    void end() {
        if (isOver) {
            return;
        }
        isOver = true;
        core.output.endFile(this);
        behind.forEach(Runnable::run);
        behind.clear();
    }

    /** Runs an action when the last part has been handed over. */
    void runBehind(Runnable action) {
        behind.add(action);
    }

    // ---- the threads that read

    @FunctionalInterface
    private interface Reading {
        /** Returns what the loop does next. */
        Runnable read() throws IOException;
    }

    private void onFileThread(Reading reading) {
        try {
            FileThreads.execute(() -> {
                Runnable following;
                try {
                    following = reading.read();
                } catch (IOException e) {
                    following = () -> unreadable(e);
                } catch (Throwable e) { // any exception of the file is the outcome
                    following = () -> failWith(e);
                }
                core.access.submit(following, this);
            });
        } catch (Throwable e) { // no thread
            failWith(e);
        }
    }
}
