package dev.nettystreams.testing;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The promises of borrowed bytes: they are the program's until it closes them or writes them on. */
final class BorrowChecks {
    private static final int PIECE_BYTES = 65536;

    private BorrowChecks() {}

    /** Echoes by borrowing until EOF; every byte comes back in its place. */
    static void echo(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(pair.bulkByteCount, 21);
        StreamConnection far = pair.far;
        CompletableFuture<Void> echoing =
                far.repeat(() -> far.reader().borrow(PIECE_BYTES).thenCompose(bytes -> {
                    if (bytes.byteCount() == 0) {
                        bytes.close();
                        return CompletableFuture.completedFuture(false);
                    }
                    far.writer().write(bytes);
                    return far.writer().drain().thenApply(done -> true);
                }));
        CompletableFuture<byte[]> back = pair.nearReader.readExactly(sent.length);
        CompletableFuture<Void> sending = CheckedPair.send(pair.near, sent, 100_000);
        Expect.bytes(sent, Expect.value(back));
        Expect.value(sending);
        if (pair.canHalfClose) {
            pair.nearWriter.writeEof();
            Expect.value(echoing);
        }
    }

    /** All bytes are kept until the last one has arrived, and nobody has changed any. */
    static void kept(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(300_000, 22);
        CompletableFuture<Void> sending = CheckedPair.send(pair.near, sent, 10_000);
        List<BorrowedBytes> kept = new ArrayList<>();
        int byteCount = 0;
        while (byteCount < sent.length) {
            BorrowedBytes bytes = Expect.value(pair.farReader.borrow(PIECE_BYTES));
            Expect.that(bytes.byteCount() > 0, "bytes come before EOF");
            kept.add(bytes);
            byteCount += bytes.byteCount();
        }
        Expect.value(sending);
        pair.roundTrip();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        for (BorrowedBytes bytes : kept) {
            byte[] copy = bytes.toArray();
            Expect.equal(copy[copy.length - 1], bytes.get(copy.length - 1), "the last byte");
            Expect.equal(copy.length, bytes.asByteBuffer().remaining(), "the size of the view");
            received.write(copy);
            bytes.close();
        }
        Expect.bytes(sent, received.toByteArray());
    }

    static void ended(CheckedPair pair) throws Exception {
        pair.nearWriter.write(Payload.ascii("one two"));
        Expect.value(pair.farReader.peek(7)); // however the bytes were cut
        BorrowedBytes bytes = Expect.value(pair.farReader.borrow(3));
        Expect.bytes(Payload.ascii("one"), bytes.toArray());
        bytes.close();
        bytes.close();
        Expect.thrown(IllegalStateException.class, bytes::asByteBuffer);
        Expect.thrown(IllegalStateException.class, () -> pair.farWriter.write(bytes));
        BorrowedBytes written = Expect.value(pair.farReader.borrow(100));
        pair.farWriter.write(written);
        Expect.thrown(IllegalStateException.class, written::toArray);
        Expect.thrown(IllegalStateException.class, () -> pair.farWriter.write(written));
        Expect.bytes(Payload.ascii(" two"), Expect.value(pair.nearReader.readExactly(4)));
    }

    static void cancelledBorrow(CheckedPair pair) throws Exception {
        CompletableFuture<BorrowedBytes> borrowing = pair.farReader.borrow(10);
        Expect.that(borrowing.cancel(false), "a waiting borrow can be cancelled");
        pair.nearWriter.write(Payload.ascii("kept"));
        Expect.bytes(Payload.ascii("kept"), Expect.value(pair.farReader.readExactly(4)));
        BorrowedBytes none = Expect.value(pair.farReader.borrow(0));
        Expect.equal(0, none.byteCount(), "the size of nothing");
        none.close();
        Expect.refused(IllegalArgumentException.class, () -> pair.farReader.borrow(-1));
    }

    static void refusedWrite(CheckedPair pair) throws Exception {
        pair.nearWriter.write(Payload.ascii("last words"));
        Expect.value(pair.farReader.peek(10));
        BorrowedBytes bytes = Expect.value(pair.farReader.borrow(100));
        pair.far.close();
        Expect.thrown(StreamClosedException.class, () -> pair.farWriter.write(bytes));
        Expect.thrown(IllegalStateException.class, bytes::toArray);
    }
}
