package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.spi.Timeouts;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Opens a named pipe. The system's {@code open} waits for the other end, possibly for ever, and cannot be called off.
 * It therefore has a thread of its own, which outlives a timeout or a cancellation until {@code open} returns, and then
 * closes the pipe at once ({@link DirectionThread#liveCount} counts it).
 *
 * <p>A {@code FileChannel} and not a {@code FileInputStream}: closing a channel ends the read that is under way.
 */
final class PipeOpening {
    private static final int TYPE_MASK = 0170000;
    private static final int FIFO = 0010000;
    private static final int CHARACTER_DEVICE = 0020000;

    /** A direction, and its words. */
    enum Mode {
        READ(StandardOpenOption.READ, "for reading", "for writing"),
        WRITE(StandardOpenOption.WRITE, "for writing", "for reading");

        private final StandardOpenOption option;
        private final String words;
        private final String wordsOfOtherEnd;

        Mode(StandardOpenOption option, String words, String wordsOfOtherEnd) {
            this.option = option;
            this.words = words;
            this.wordsOfOtherEnd = wordsOfOtherEnd;
        }
    }

    private final BlockingStreams streams;
    private final Path path;
    private final Mode mode;
    private final CompletableFuture<StreamConnection> outcome = new CompletableFuture<>();

    PipeOpening(BlockingStreams streams, Path path, Mode mode) {
        this.streams = streams;
        this.path = path;
        this.mode = mode;
    }

    CompletableFuture<StreamConnection> outcome() {
        return outcome;
    }

    void begin(Duration timeout) {
        if (outcome.isDone()) {
            return; // these streams are closed
        }
        try {
            ScheduledFuture<?> timer = streams.loop()
                    .executor()
                    .schedule(() -> timedOut(timeout), Timeouts.saturatedNanos(timeout), TimeUnit.NANOSECONDS);
            outcome.whenComplete((connection, failure) -> timer.cancel(false));
            DirectionThread.once("open-" + path.getFileName(), this::open);
        } catch (Throwable e) { // the loop has ended, or out of memory for a thread
            outcome.completeExceptionally(new IOException(couldNot() + ": " + Reason.of(e), e));
        }
    }

    private void timedOut(Duration timeout) {
        outcome.completeExceptionally(new SocketTimeoutException(
                couldNot() + " within " + Timeouts.toText(timeout) + ": nobody has opened it " + mode.wordsOfOtherEnd));
    }

    private String couldNot() {
        return "could not open the pipe " + path + " " + mode.words;
    }

    /** On its own thread. */
    private void open() {
        if (outcome.isDone()) {
            return; // called off before it has begun
        }
        FileChannel channel;
        try {
            requirePipe();
            channel = FileChannel.open(path, mode.option);
        } catch (Throwable e) { // any failure must reach the caller
            complete(() -> outcome.completeExceptionally(new IOException(couldNot() + ": " + Reason.of(e), e)));
            return;
        }
        if (outcome.isDone()) {
            DirectionThread.closeQuietly(channel);
        } else {
            complete(() -> opened(channel));
        }
    }

    private void complete(Runnable completion) {
        BlockingThreads.complete(streams.loop().executor(), completion);
    }

    /** As asyncio's: a pipe, or a device such as a terminal. A regular file would not wait for its writer. */
    private void requirePipe() throws IOException {
        int type;
        try {
            type = (Integer) Files.getAttribute(path, "unix:mode") & TYPE_MASK;
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return; // not a system that can be asked
        }
        if (type != FIFO && type != CHARACTER_DEVICE) {
            throw new IOException("it is neither a pipe nor a character device");
        }
    }

    private void opened(FileChannel channel) {
        StreamConnection connection;
        try {
            connection = connectionOver(channel);
        } catch (Throwable e) { // these streams were closed meanwhile
            DirectionThread.closeQuietly(channel);
            outcome.completeExceptionally(e);
            return;
        }
        if (!outcome.complete(connection)) {
            connection.abort();
        }
    }

    private StreamConnection connectionOver(FileChannel channel) {
        String name = path.toString();
        return mode == Mode.READ
                ? streams.reading(name, Channels.newInputStream(channel), Release.CLOSE)
                : streams.writing(name, Channels.newOutputStream(channel), Release.CLOSE);
    }
}
