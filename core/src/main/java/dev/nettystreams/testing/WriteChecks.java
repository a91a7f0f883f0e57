package dev.nettystreams.testing;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The promises of a write: its bytes are sent, or pending waits fail with their loss. */
final class WriteChecks {
    private WriteChecks() {}

    static void emptyWriteIsNothing(CheckedPair pair) throws Exception {
        pair.nearWriter.write(new byte[0]);
        Expect.value(pair.nearWriter.drain());
        Expect.value(pair.nearWriter.flush());
        pair.roundTrip();
    }

    static void arrayMayBeReused(CheckedPair pair) throws Exception {
        byte[] array = new byte[1000];
        for (int i = 0; i < 50; i++) {
            Arrays.fill(array, (byte) i);
            pair.nearWriter.write(array);
        }
        Arrays.fill(array, (byte) 99);
        byte[] received = Expect.value(pair.farReader.readExactly(50 * array.length));
        for (int i = 0; i < received.length; i++) {
            Expect.equal((byte) (i / array.length), received[i], "byte " + i);
        }
    }

    /** A writer waits exactly as long as its peer does not keep up. */
    static void drainWaitsForThePeer(CheckedPair pair) throws Exception {
        Expect.value(pair.nearWriter.drain());
        byte[] written = pair.clog();
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waits.add(pair.nearWriter.drain());
            waits.add(pair.nearWriter.flush());
        }
        pair.farToNear("this came first");
        for (CompletableFuture<Void> wait : waits) {
            Expect.that(!wait.isDone(), "a writer above the high mark waits");
        }
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
        for (CompletableFuture<Void> wait : waits) {
            Expect.value(wait);
        }
        Expect.value(pair.nearWriter.drain());
    }

    /** The peer reads nothing: the new marks alone let the writer go on. */
    static void raisedMarksEndWaits(CheckedPair pair) throws Exception {
        byte[] written = pair.clog();
        CompletableFuture<Void> wait = pair.nearWriter.drain();
        pair.farToNear("this came first");
        Expect.that(!wait.isDone(), "a writer above the high mark waits");
        pair.near.setLimits(pair.near.limits().withWriteMarks(Integer.MAX_VALUE, Integer.MAX_VALUE));
        Expect.value(wait);
        Expect.value(pair.nearWriter.drain());
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
    }

    /** The writer had room, and has none under the new marks, until the peer reads. */
    static void loweredMarksHoldWriters(CheckedPair pair) throws Exception {
        StreamLimits limits = pair.near.limits();
        pair.near.setLimits(limits.withWriteMarks(Integer.MAX_VALUE, Integer.MAX_VALUE));
        byte[] written = pair.clog();
        Expect.value(pair.nearWriter.drain());
        pair.near.setLimits(limits);
        pair.farToNear("by now the loop has set the limits");
        CompletableFuture<Void> wait =
                pair.near.repeat(() -> pair.nearWriter.drain().thenApply(done -> false));
        pair.farToNear("this came first");
        Expect.that(!wait.isDone(), "a writer above the lowered high mark waits");
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
        Expect.value(wait);
        Expect.value(pair.nearWriter.drain());
    }

    static void writeAfterCloseThrows(CheckedPair pair) throws Exception {
        pair.near.close();
        Expect.thrown(StreamClosedException.class, () -> pair.nearWriter.write(new byte[1]));
        Expect.thrown(StreamClosedException.class, () -> pair.nearWriter.write(new byte[0]));
        Expect.thrown(StreamClosedException.class, () -> pair.nearWriter.writeLines(List.of()));
        Expect.equal(0, Expect.value(pair.nearReader.read(1)).length, "bytes read after close");
        pair.far.close();
        Expect.value(pair.near.waitClosed());
        Expect.failure(StreamClosedException.class, pair.nearWriter.drain());
        Expect.failure(StreamClosedException.class, pair.nearWriter.flush());
    }

    /** A writer whose peer has closed fails, and keeps failing. */
    static void peerClosed(CheckedPair pair) throws Exception {
        pair.far.close();
        Expect.failure(StreamBrokenException.class, pair.writeUntilBroken());
        Expect.failure(StreamBrokenException.class, pair.nearWriter.drain());
        Expect.failure(StreamBrokenException.class, pair.nearWriter.flush());
        pair.nearWriter.write(Payload.ascii("dropped without an exception: the loss has been reported"));
        Expect.failure(StreamBrokenException.class, pair.nearWriter.drain());
    }

    /** A reset in the middle of a large write fails pending waits and later ones. */
    static void resetEndsWaits(CheckedPair pair) throws Exception {
        pair.clog();
        CompletableFuture<Void> drain = pair.nearWriter.drain();
        CompletableFuture<Void> flush = pair.nearWriter.flush();
        CompletableFuture<Void> closed = pair.near.waitClosed();
        pair.far.abort();
        Expect.failure(StreamBrokenException.class, drain);
        Expect.failure(StreamBrokenException.class, flush);
        Expect.failure(StreamBrokenException.class, closed);
        Expect.failure(StreamBrokenException.class, pair.nearWriter.drain());
        Expect.failure(StreamBrokenException.class, pair.near.waitClosed());
    }

    /** An abort by this side fails them too, because the bytes are lost. */
    static void abortEndsWaits(CheckedPair pair) throws Exception {
        pair.clog();
        CompletableFuture<byte[]> read = pair.nearReader.read(1);
        CompletableFuture<Void> drain = pair.nearWriter.drain();
        CompletableFuture<Void> flush = pair.nearWriter.flush();
        pair.near.abort();
        Expect.failure(StreamClosedException.class, read);
        Expect.failure(StreamClosedException.class, drain);
        Expect.failure(StreamClosedException.class, flush);
        Expect.failure(StreamClosedException.class, pair.near.waitClosed());
        Expect.thrown(StreamClosedException.class, () -> pair.nearWriter.write(new byte[1]));
    }

    static void waitersAreIndependent(CheckedPair pair) throws Exception {
        pair.clog();
        CompletableFuture<Void> cancelledClosed = pair.near.waitClosed();
        CompletableFuture<Void> keptClosed = pair.near.waitClosed();
        CompletableFuture<Void> cancelledDrain = pair.nearWriter.drain();
        CompletableFuture<Void> keptDrain = pair.nearWriter.drain();
        Expect.that(cancelledClosed.cancel(false), "waitClosed was waiting");
        Expect.that(cancelledDrain.cancel(false), "drain was waiting");
        pair.near.close();
        Expect.value(pair.farReader.readAll(pair.bulkByteCount));
        Expect.value(keptDrain);
        pair.far.close();
        Expect.value(keptClosed);
        Expect.value(pair.near.waitClosed());
    }
}
