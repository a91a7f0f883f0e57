package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The pair under check: short names for its four halves, and the steps that several checks share. */
final class CheckedPair {
    final StreamConnection near;
    final StreamConnection far;
    final StreamReader nearReader;
    final StreamWriter nearWriter;
    final StreamReader farReader;
    final StreamWriter farWriter;
    final boolean canHalfClose;
    final int bulkByteCount;

    CheckedPair(StreamPair pair, PairSource source) {
        near = pair.near();
        far = pair.far();
        nearReader = near.reader();
        nearWriter = near.writer();
        farReader = far.reader();
        farWriter = far.writer();
        canHalfClose = source.canHalfClose();
        bulkByteCount = source.bulkByteCount();
    }

    /** Writes the bytes in pieces, with a drain after each and a flush at the end. */
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

    /** Sends a byte each way, so that both sides have dealt with everything sent before. */
    void roundTrip() throws InterruptedException {
        nearWriter.write(Payload.ascii("?"));
        Expect.bytes(Payload.ascii("?"), Expect.value(farReader.readExactly(1)));
        farToNear("!");
    }

    /** Sends a message from the far end and reads it at the near end. */
    void farToNear(String message) throws InterruptedException {
        farWriter.write(Payload.ascii(message));
        Expect.bytes(Payload.ascii(message), Expect.value(nearReader.readExactly(message.length())));
    }

    /** Writes more at the near end than the connection holds while the far end does not read. */
    byte[] clog() {
        byte[] bytes = Payload.random(bulkByteCount, 7);
        nearWriter.writeOwned(ByteBuffer.wrap(bytes.clone()));
        return bytes;
    }

    /** Writes at the near end until a write fails, as it must when the peer is gone. */
    CompletableFuture<Void> writeUntilBroken() {
        byte[] piece = Payload.random(65536, 3);
        return near.repeat(() -> {
            nearWriter.write(piece);
            return nearWriter.flush().thenApply(done -> true);
        });
    }
}
