package dev.nettystreams.testing;

import dev.nettystreams.IncompleteFileException;
import dev.nettystreams.StreamWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** The promises of {@code writeFile}: the file is sent in its place, counted, and stopped between two pieces. */
final class FileChecks {
    private FileChecks() {}

    /** A file with random bytes, which is deleted when the check has ended. */
    private static final class TemporaryFile implements AutoCloseable {
        final byte[] bytes;
        final FileChannel channel;
        private final Path path;

        TemporaryFile(int byteCount) throws IOException {
            bytes = Payload.random(byteCount, 11);
            path = Files.createTempFile("netty-streams", ".check");
            Files.write(path, bytes);
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.delete(path);
        }
    }

    static void sentBehindEarlierWrites(CheckedPair pair) throws Exception {
        int byteCount = 700_000;
        try (TemporaryFile file = new TemporaryFile(byteCount)) {
            file.channel.position(5);
            AtomicLong progress = new AtomicLong();
            StreamWriter writer = pair.nearWriter;
            writer.write(Payload.ascii("head"));
            CompletableFuture<Long> sent = writer.writeFile(file.channel, 100, Long.MAX_VALUE, count -> {
                Expect.that(count > progress.getAndSet(count), "the progress grows");
            });
            Expect.bytes(Payload.ascii("head"), Expect.value(pair.farReader.readExactly(4)));
            Expect.bytes(
                    Arrays.copyOfRange(file.bytes, 100, byteCount),
                    Expect.value(pair.farReader.readExactly(byteCount - 100)));
            Expect.equal(byteCount - 100L, Expect.value(sent), "bytes sent");
            Expect.equal(byteCount - 100L, progress.get(), "the last progress");
            Expect.equal(0L, Expect.value(writer.writeFile(file.channel, byteCount + 1L, 10)), "sent beyond the end");
            Expect.equal(0L, Expect.value(writer.writeFile(file.channel, 0, 0)), "sent of a count of zero");
            Expect.equal(7L, Expect.value(writer.writeFile(file.channel, byteCount - 7L, 1000)), "sent at the end");
            writer.write(Payload.ascii("tail"));
            Expect.bytes(
                    Arrays.copyOfRange(file.bytes, byteCount - 7, byteCount),
                    Expect.value(pair.farReader.readExactly(7)));
            Expect.bytes(Payload.ascii("tail"), Expect.value(pair.farReader.readExactly(4)));
            Expect.equal(5L, file.channel.position(), "the file's own position");
        }
    }

    /** Other writes are refused, waits see the file, and memory does not. */
    static void countsIntoTheWriteBuffer(CheckedPair pair) throws Exception {
        try (TemporaryFile file = new TemporaryFile(pair.bulkByteCount)) {
            StreamWriter writer = pair.nearWriter;
            AtomicLong progress = new AtomicLong();
            CompletableFuture<Long> sent = writer.writeFile(file.channel, 0, Long.MAX_VALUE, progress::set);
            Expect.thrown(IllegalStateException.class, () -> writer.write(new byte[1]));
            Expect.refused(IllegalStateException.class, () -> writer.writeFile(file.channel, 0, 1));
            CompletableFuture<Void> flushed = writer.flush();
            Expect.bytes(
                    Arrays.copyOf(file.bytes, pair.bulkByteCount / 4),
                    Expect.value(pair.farReader.readExactly(pair.bulkByteCount / 4)));
            pair.farToNear("most of it is still to come");
            Expect.that(!sent.isDone() && !flushed.isDone(), "writeFile and flush wait for the peer");
            Expect.that(progress.get() < pair.bulkByteCount, "not everything has been handed over");
            Expect.that(writer.pendingByteCount() <= 1 << 20, "the write buffer holds no more than pieces");
            Expect.bytes(
                    Arrays.copyOfRange(file.bytes, pair.bulkByteCount / 4, pair.bulkByteCount),
                    Expect.value(pair.farReader.readExactly(pair.bulkByteCount - pair.bulkByteCount / 4)));
            Expect.equal((long) pair.bulkByteCount, Expect.value(sent), "bytes sent");
            Expect.value(flushed);
            Expect.value(writer.drain());
            pair.roundTrip();
        }
    }

    /** Every byte that was handed over arrives, and no other; the connection goes on. */
    static void shrinkingFile(CheckedPair pair) throws Exception {
        try (TemporaryFile file = new TemporaryFile(pair.bulkByteCount)) {
            AtomicLong progress = new AtomicLong();
            CompletableFuture<Long> sent = pair.nearWriter.writeFile(file.channel, 0, Long.MAX_VALUE, count -> {
                if (progress.getAndSet(count) == 0) {
                    truncate(file.channel, count + 1); // the next piece is no longer there
                }
            });
            IncompleteFileException failure = Expect.failure(IncompleteFileException.class, sent);
            Expect.equal(progress.get(), failure.sentByteCount(), "bytes sent");
            Expect.equal((long) pair.bulkByteCount, failure.expectedByteCount(), "bytes expected");
            arrives(pair, file, progress);
        }
    }

    private static void truncate(FileChannel channel, long size) {
        try {
            var unused = channel.truncate(size);
        } catch (IOException e) {
            throw new AssertionError("the file could not be truncated", e);
        }
    }

    static void cancelStopsBetweenPieces(CheckedPair pair) throws Exception {
        try (TemporaryFile file = new TemporaryFile(pair.bulkByteCount)) {
            AtomicLong progress = new AtomicLong();
            CompletableFuture<Long> sent = pair.nearWriter.writeFile(file.channel, 0, Long.MAX_VALUE, progress::set);
            Expect.value(pair.farReader.peek(1));
            Expect.that(sent.cancel(false), "the peer has not read enough for it to end");
            CompletableFuture<Void> flushed = pair.nearWriter.flush();
            pair.nearWriter.write(Payload.ascii("/end"));
            pair.nearWriter.close();
            byte[] received = Expect.value(pair.farReader.readAll(pair.bulkByteCount));
            Expect.value(flushed);
            int byteCount = (int) progress.get();
            Expect.that(byteCount < pair.bulkByteCount, "the cancel came before the end");
            Expect.bytes(Arrays.copyOf(file.bytes, byteCount), Arrays.copyOf(received, received.length - 4));
            Expect.bytes(Payload.ascii("/end"), Arrays.copyOfRange(received, received.length - 4, received.length));
        }
    }

    static void closeSendsTheFileFirst(CheckedPair pair) throws Exception {
        try (TemporaryFile file = new TemporaryFile(pair.bulkByteCount)) {
            CompletableFuture<Long> sent = pair.nearWriter.writeFile(file.channel, 0, Long.MAX_VALUE);
            pair.near.close();
            Expect.bytes(file.bytes, Expect.value(pair.farReader.readAll(pair.bulkByteCount)));
            Expect.equal((long) pair.bulkByteCount, Expect.value(sent), "bytes sent");
            pair.far.close();
            Expect.value(pair.near.waitClosed());
        }
    }

    private static void arrives(CheckedPair pair, TemporaryFile file, AtomicLong progress) throws Exception {
        pair.nearWriter.write(Payload.ascii("/end"));
        int byteCount = (int) progress.get();
        Expect.bytes(Arrays.copyOf(file.bytes, byteCount), Expect.value(pair.farReader.readExactly(byteCount)));
        Expect.bytes(Payload.ascii("/end"), Expect.value(pair.farReader.readExactly(4)));
        pair.roundTrip();
    }
}
