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

    static void closeSendsEverything(Talk talk) throws Exception {
        byte[] written = talk.clog();
        talk.near.close();
        talk.near.close();
        Expect.that(talk.nearWriter.isClosing(), "isClosing after close");
        Expect.bytes(written, Expect.value(talk.farReader.readExactly(written.length)));
        for (int i = 0; i < 3; i++) {
            Expect.equal(0, Expect.value(talk.farReader.read(1)).length, "bytes at EOF");
        }
        talk.far.close();
        Expect.value(talk.near.waitClosed());
        talk.near.close();
        Expect.value(talk.near.waitClosed());
    }

    /** Every byte reaches a peer that keeps reading, even if it sends bytes meanwhile. */
    static void closeWhileThePeerTalks(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("said before"));
        Expect.value(talk.nearReader.peek(1));
        byte[] written = talk.clog();
        talk.near.close();
        CompletableFuture<Void> closed = talk.near.waitClosed();
        byte[] received = new byte[written.length];
        int pieceByteCount = Math.max(1, written.length / 16);
        for (int at = 0; at < received.length; ) {
            byte[] piece = Expect.value(talk.farReader.read(Math.min(pieceByteCount, received.length - at)));
            System.arraycopy(piece, 0, received, at, piece.length);
            at += piece.length;
            // Not later: the end may have come, and not every protocol can write after it.
            if (at < received.length / 2) {
                talk.farWriter.write(Talk.ascii("said meanwhile"));
                Expect.value(talk.farWriter.flush());
            }
        }
        Expect.bytes(written, received);
        Expect.equal(0, Expect.value(talk.farReader.read(1)).length, "bytes at EOF");
        if (talk.farWriter.canWriteEof()) {
            talk.farWriter.write(Talk.ascii("said afterwards"));
            Expect.value(talk.farWriter.flush());
            Expect.that(!closed.isDone(), "waitClosed waits for a peer that has not ended");
        }
        talk.far.close();
        Expect.value(closed);
        Expect.value(talk.far.waitClosed());
    }

    /** The same for a peer that sends more than the connection holds. */
    static void closeUnderAFlood(Talk talk) throws Exception {
        byte[] written = talk.clog();
        byte[] flood = Talk.payload(talk.bulkByteCount, 17);
        CompletableFuture<Void> flooding = Talk.send(talk.far, flood, 50_000);
        talk.near.close();
        Expect.bytes(written, Expect.value(talk.farReader.readAll(written.length)));
        if (talk.farWriter.canWriteEof()) {
            Expect.value(flooding);
            talk.far.close();
            Expect.value(talk.far.waitClosed());
        } else {
            Expect.settled(flooding); // the end of one direction ends both
            talk.far.close();
        }
        Expect.value(talk.near.waitClosed());
    }

    static void closeWithUnreadInput(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("unread"));
        Expect.value(talk.nearReader.peek(6));
        CompletableFuture<Void> closed = talk.near.waitClosed();
        talk.near.close();
        talk.far.close();
        Expect.value(closed);
        Expect.bytes(Talk.ascii("unread"), Expect.value(talk.nearReader.read(10)));
        Expect.equal(0, Expect.value(talk.nearReader.read(10)).length, "bytes after close");
    }

    /** No wait for a peer is unbounded. */
    static void closeHasDeadline(Talk talk) throws Exception {
        talk.clog();
        CompletableFuture<Void> flush = talk.nearWriter.flush();
        long start = System.nanoTime();
        talk.near.close();
        Expect.failure(StreamBrokenException.class, talk.near.waitClosed());
        Expect.failure(StreamBrokenException.class, flush);
        long nanos = System.nanoTime() - start;
        Expect.that(nanos >= IMPATIENT.closeTimeout().toNanos(), "the peer had the whole timeout");
    }

    /** The peer's read fails or sees EOF; it never returns data and never hangs. */
    static void abortEndsThePeersInput(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.farReader.read(1);
        talk.near.abort();
        byte[] end = new byte[0];
        Expect.bytes(end, Expect.value(read.exceptionally(reset -> end)));
        Expect.bytes(end, Expect.value(talk.farReader.read(1).exceptionally(reset -> end)));
    }

    /** The peer's read fails; it never returns data and never hangs. */
    static void abortIsSeenByThePeer(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.farReader.read(1);
        talk.near.abort();
        talk.near.abort();
        Expect.failure(StreamBrokenException.class, read);
        Expect.failure(StreamBrokenException.class, talk.farReader.read(1));
        Expect.failure(StreamBrokenException.class, talk.far.waitClosed());
        Expect.failure(StreamClosedException.class, talk.near.waitClosed());
        Expect.failure(StreamClosedException.class, talk.nearReader.read(1));
    }

    static void closeAfterCancelledRead(Talk talk) throws Exception {
        Expect.that(talk.nearReader.read(1).cancel(false), "the read was waiting");
        talk.nearWriter.write(Talk.ascii("bye"));
        talk.near.close();
        Expect.bytes(Talk.ascii("bye"), Expect.value(talk.farReader.readAll(10)));
        talk.far.close();
        Expect.value(talk.near.waitClosed());
    }

    static void bothClose(Talk talk) throws Exception {
        talk.near.close();
        talk.far.close();
        Expect.value(talk.near.waitClosed());
        Expect.value(talk.far.waitClosed());
    }

    static void halfClose(Talk talk) throws Exception {
        if (!talk.canHalfClose) {
            Expect.that(!talk.nearWriter.canWriteEof(), "canWriteEof is false");
            Expect.thrown(UnsupportedOperationException.class, talk.nearWriter::writeEof);
            talk.roundTrip();
            return;
        }
        talk.nearWriter.write(Talk.ascii("all I have to say"));
        talk.nearWriter.writeEof();
        talk.nearWriter.writeEof();
        Expect.thrown(StreamClosedException.class, () -> talk.nearWriter.write(new byte[0]));
        Expect.bytes(Talk.ascii("all I have to say"), Expect.value(talk.farReader.readAll(100)));
        Expect.that(talk.farReader.atEof() && !talk.farWriter.isClosing(), "EOF is not the end of the connection");
        Expect.equal(0, Expect.value(talk.farReader.read(1)).length, "bytes at EOF");
        talk.farToNear("go on");
        talk.farToNear("and on");
        talk.farWriter.writeEof();
        Expect.equal(0, Expect.value(talk.nearReader.read(1)).length, "bytes at EOF");
        talk.near.close();
        talk.far.close();
        Expect.value(talk.near.waitClosed());
        Expect.value(talk.far.waitClosed());
    }

    /** A reply of any size arrives after the peer's FIN. */
    static void bulkReplyAfterFin(Talk talk) throws Exception {
        if (!talk.canHalfClose) {
            return;
        }
        byte[] reply = Talk.payload(talk.bulkByteCount, 13);
        talk.nearWriter.write(Talk.ascii("request\n"));
        talk.nearWriter.writeEof();
        Expect.bytes(Talk.ascii("request\n"), Expect.value(talk.farReader.readAll(100)));
        CompletableFuture<Void> replying = Talk.send(talk.far, reply, 50_000).thenRun(talk.far::close);
        Expect.bytes(reply, Expect.value(talk.nearReader.readAll(reply.length)));
        Expect.value(replying);
        Expect.value(talk.far.waitClosed());
        talk.near.close();
        Expect.value(talk.near.waitClosed());
    }
}
