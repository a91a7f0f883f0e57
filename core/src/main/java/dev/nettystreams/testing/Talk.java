package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A pair under check: short names for its four halves, and what several checks do with them. */
final class Talk {
    final StreamConnection near;
    final StreamConnection far;
    final StreamReader nearReader;
    final StreamWriter nearWriter;
    final StreamReader farReader;
    final StreamWriter farWriter;
    final boolean canHalfClose;
    final int bulkByteCount;

    Talk(StreamPair pair, PairSource source) {
        near = pair.near();
        far = pair.far();
        nearReader = near.reader();
        nearWriter = near.writer();
        farReader = far.reader();
        farWriter = far.writer();
        canHalfClose = source.canHalfClose();
        bulkByteCount = source.bulkByteCount();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The same bytes for the same arguments; no two positions of a message look alike for long. */
    static byte[] payload(int byteCount, long seed) {
        byte[] bytes = new byte[byteCount];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Writes in pieces, as a good program does: drain after each, flush at the end. */
    static CompletableFuture<Void> send(StreamConnection from, byte[] bytes, int pieceByteCount) {
        StreamWriter writer = from.writer();
        AtomicInteger sent = new AtomicInteger();
        return from.repeat(() -> {
                    int offset = sent.get();
                    int byteCount = Math.min(pieceByteCount, bytes.length - offset);
                    writer.write(bytes, offset, byteCount);
                    sent.set(offset + byteCount);
                    return writer.drain().thenApply(done -> sent.get() < bytes.length);
                })
                .thenCompose(done -> writer.flush());
    }

    /** A byte each way, so that everything before it on either side has been dealt with. */
    void roundTrip() throws InterruptedException {
        nearWriter.write(ascii("?"));
        Expect.bytes(ascii("?"), Expect.value(farReader.readExactly(1)));
        farToNear("!");
    }

    /** A message from the far end, read at the near one. */
    void farToNear(String message) throws InterruptedException {
        farWriter.write(ascii(message));
        Expect.bytes(ascii(message), Expect.value(nearReader.readExactly(message.length())));
    }

    /** Writes more at the near end than everything between it and the far program holds, which does not read. */
    byte[] clog() {
        byte[] bytes = payload(bulkByteCount, 7);
        nearWriter.writeOwned(ByteBuffer.wrap(bytes.clone()));
        return bytes;
    }

    /** Writes at the near end until that fails, as it must when the peer is gone. */
    CompletableFuture<Void> writeUntilBroken() {
        byte[] piece = payload(65536, 3);
        return near.repeat(() -> {
            nearWriter.write(piece);
            return nearWriter.flush().thenApply(done -> true);
        });
    }
}
