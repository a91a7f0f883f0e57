package dev.nettystreams.testing;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamLimits;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** How a connection ends, from either side, in good order and otherwise. */
final class CloseChecks {
    /** A close timeout that is short enough for a check to wait for. */
    static final StreamLimits IMPATIENT = StreamLimits.DEFAULT.withCloseTimeout(Duration.ofMillis(200));

    private CloseChecks() {}

    static void closeSendsEverything(CheckedPair pair) throws Exception {
        byte[] written = pair.clog();
        pair.near.close();
        pair.near.close();
        Expect.that(pair.nearWriter.isClosing(), "isClosing after close");
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
        for (int i = 0; i < 3; i++) {
            Expect.equal(0, Expect.value(pair.farReader.read(1)).length, "bytes at EOF");
        }
        pair.far.close();
        Expect.value(pair.near.waitClosed());
        pair.near.close();
        Expect.value(pair.near.waitClosed());
    }

    /** Every byte reaches a peer that keeps reading, even if it sends bytes meanwhile. */
    static void closeWhileThePeerTalks(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("said before"));
        Expect.value(pair.nearReader.peek(1));
        byte[] written = pair.clog();
        pair.near.close();
        CompletableFuture<Void> closed = pair.near.waitClosed();
        byte[] received = new byte[written.length];
        int pieceByteCount = Math.max(1, written.length / 16);
        for (int at = 0; at < received.length; ) {
            byte[] piece = Expect.value(pair.farReader.read(Math.min(pieceByteCount, received.length - at)));
            System.arraycopy(piece, 0, received, at, piece.length);
            at += piece.length;
            // Not later: the end may have come, and not every protocol can write after it.
            if (at < received.length / 2) {
                pair.farWriter.write(Payload.ascii("said meanwhile"));
                Expect.value(pair.farWriter.flush());
            }
        }
        Expect.bytes(written, received);
        Expect.equal(0, Expect.value(pair.farReader.read(1)).length, "bytes at EOF");
        if (pair.farWriter.canWriteEof()) {
            pair.farWriter.write(Payload.ascii("said afterwards"));
            Expect.value(pair.farWriter.flush());
            Expect.that(!closed.isDone(), "waitClosed waits for a peer that has not ended");
        }
        pair.far.close();
        Expect.value(closed);
        Expect.value(pair.far.waitClosed());
    }

    /** The same for a peer that sends more than the connection holds. */
    static void closeUnderAFlood(CheckedPair pair) throws Exception {
        byte[] written = pair.clog();
        byte[] flood = Payload.random(pair.bulkByteCount, 17);
        CompletableFuture<Void> flooding = CheckedPair.send(pair.far, flood, 50_000);
        pair.near.close();
        Expect.bytes(written, Expect.value(pair.farReader.readAll(written.length)));
        if (pair.farWriter.canWriteEof()) {
            Expect.value(flooding);
            pair.far.close();
            Expect.value(pair.far.waitClosed());
        } else {
            Expect.settled(flooding); // the end of one direction ends both
            pair.far.close();
        }
        Expect.value(pair.near.waitClosed());
    }

    static void closeWithUnreadInput(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("unread"));
        Expect.value(pair.nearReader.peek(6));
        CompletableFuture<Void> closed = pair.near.waitClosed();
        pair.near.close();
        pair.far.close();
        Expect.value(closed);
        Expect.bytes(Payload.ascii("unread"), Expect.value(pair.nearReader.read(10)));
        Expect.equal(0, Expect.value(pair.nearReader.read(10)).length, "bytes after close");
    }

    /** No wait for a peer is unbounded. */
    static void closeHasDeadline(CheckedPair pair) throws Exception {
        pair.clog();
        CompletableFuture<Void> flush = pair.nearWriter.flush();
        long start = System.nanoTime();
        pair.near.close();
        Expect.failure(StreamBrokenException.class, pair.near.waitClosed());
        Expect.failure(StreamBrokenException.class, flush);
        long nanos = System.nanoTime() - start;
        Expect.that(nanos >= IMPATIENT.closeTimeout().toNanos(), "the peer had the whole timeout");
    }

    /** The peer's read fails or sees EOF; it never returns data and never hangs. */
    static void abortEndsThePeersInput(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.farReader.read(1);
        pair.near.abort();
        byte[] end = new byte[0];
        Expect.bytes(end, Expect.value(read.exceptionally(reset -> end)));
        Expect.bytes(end, Expect.value(pair.farReader.read(1).exceptionally(reset -> end)));
    }

    /** The peer's read fails; it never returns data and never hangs. */
    static void abortIsSeenByThePeer(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.farReader.read(1);
        pair.near.abort();
        pair.near.abort();
        Expect.failure(StreamBrokenException.class, read);
        Expect.failure(StreamBrokenException.class, pair.farReader.read(1));
        Expect.failure(StreamBrokenException.class, pair.far.waitClosed());
        Expect.failure(StreamClosedException.class, pair.near.waitClosed());
        Expect.failure(StreamClosedException.class, pair.nearReader.read(1));
    }

    static void closeAfterCancelledRead(CheckedPair pair) throws Exception {
        Expect.that(pair.nearReader.read(1).cancel(false), "the read was waiting");
        pair.nearWriter.write(Payload.ascii("bye"));
        pair.near.close();
        Expect.bytes(Payload.ascii("bye"), Expect.value(pair.farReader.readAll(10)));
        pair.far.close();
        Expect.value(pair.near.waitClosed());
    }

    static void bothClose(CheckedPair pair) throws Exception {
        pair.near.close();
        pair.far.close();
        Expect.value(pair.near.waitClosed());
        Expect.value(pair.far.waitClosed());
    }

    static void halfClose(CheckedPair pair) throws Exception {
        if (!pair.canHalfClose) {
            Expect.that(!pair.nearWriter.canWriteEof(), "canWriteEof is false");
            Expect.thrown(UnsupportedOperationException.class, pair.nearWriter::writeEof);
            pair.roundTrip();
            return;
        }
        pair.nearWriter.write(Payload.ascii("all I have to say"));
        pair.nearWriter.writeEof();
        pair.nearWriter.writeEof();
        Expect.thrown(StreamClosedException.class, () -> pair.nearWriter.write(new byte[0]));
        Expect.bytes(Payload.ascii("all I have to say"), Expect.value(pair.farReader.readAll(100)));
        Expect.that(pair.farReader.atEof() && !pair.farWriter.isClosing(), "EOF is not the end of the connection");
        Expect.equal(0, Expect.value(pair.farReader.read(1)).length, "bytes at EOF");
        pair.farToNear("go on");
        pair.farToNear("and on");
        pair.farWriter.writeEof();
        Expect.equal(0, Expect.value(pair.nearReader.read(1)).length, "bytes at EOF");
        pair.near.close();
        pair.far.close();
        Expect.value(pair.near.waitClosed());
        Expect.value(pair.far.waitClosed());
    }

    /** A reply of any size arrives after the peer's FIN. */
    static void bulkReplyAfterFin(CheckedPair pair) throws Exception {
        if (!pair.canHalfClose) {
            return;
        }
        byte[] reply = Payload.random(pair.bulkByteCount, 13);
        pair.nearWriter.write(Payload.ascii("request\n"));
        pair.nearWriter.writeEof();
        Expect.bytes(Payload.ascii("request\n"), Expect.value(pair.farReader.readAll(100)));
        CompletableFuture<Void> replying =
                CheckedPair.send(pair.far, reply, 50_000).thenRun(pair.far::close);
        Expect.bytes(reply, Expect.value(pair.nearReader.readAll(reply.length)));
        Expect.value(replying);
        Expect.value(pair.far.waitClosed());
        pair.near.close();
        Expect.value(pair.near.waitClosed());
    }
}
