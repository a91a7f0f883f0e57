package dev.nettystreams.testing;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The promises of a write: its bytes are sent, or pending waits fail with their loss. */
final class WriteChecks {
    private WriteChecks() {}

    static void emptyWriteIsNothing(Talk talk) throws Exception {
        talk.nearWriter.write(new byte[0]);
        Expect.value(talk.nearWriter.drain());
        Expect.value(talk.nearWriter.flush());
        talk.roundTrip();
    }

    static void arrayMayBeReused(Talk talk) throws Exception {
        byte[] array = new byte[1000];
        for (int i = 0; i < 50; i++) {
            Arrays.fill(array, (byte) i);
            talk.nearWriter.write(array);
        }
        Arrays.fill(array, (byte) 99);
        byte[] received = Expect.value(talk.farReader.readExactly(50 * array.length));
        for (int i = 0; i < received.length; i++) {
            Expect.equal((byte) (i / array.length), received[i], "byte " + i);
        }
    }

    /** A writer waits exactly as long as its peer does not keep up. */
    static void drainWaitsForThePeer(Talk talk) throws Exception {
        Expect.value(talk.nearWriter.drain());
        byte[] written = talk.clog();
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            waits.add(talk.nearWriter.drain());
            waits.add(talk.nearWriter.flush());
        }
        talk.farToNear("this came first");
        for (CompletableFuture<Void> wait : waits) {
            Expect.that(!wait.isDone(), "a writer above the high mark waits");
        }
        Expect.bytes(written, Expect.value(talk.farReader.readExactly(written.length)));
        for (CompletableFuture<Void> wait : waits) {
            Expect.value(wait);
        }
        Expect.value(talk.nearWriter.drain());
    }

    static void writeAfterCloseThrows(Talk talk) throws Exception {
        talk.near.close();
        Expect.thrown(StreamClosedException.class, () -> talk.nearWriter.write(new byte[1]));
        Expect.thrown(StreamClosedException.class, () -> talk.nearWriter.write(new byte[0]));
        Expect.thrown(StreamClosedException.class, () -> talk.nearWriter.writeLines(List.of()));
        Expect.equal(0, Expect.value(talk.nearReader.read(1)).length, "bytes read after close");
        talk.far.close();
        Expect.value(talk.near.waitClosed());
        Expect.failure(StreamClosedException.class, talk.nearWriter.drain());
        Expect.failure(StreamClosedException.class, talk.nearWriter.flush());
    }

    /** A writer whose peer has closed fails, and keeps failing. */
    static void peerClosed(Talk talk) throws Exception {
        talk.far.close();
        Expect.failure(StreamBrokenException.class, talk.writeUntilBroken());
        Expect.failure(StreamBrokenException.class, talk.nearWriter.drain());
        Expect.failure(StreamBrokenException.class, talk.nearWriter.flush());
        talk.nearWriter.write(Talk.ascii("dropped without an exception: the loss has been reported"));
        Expect.failure(StreamBrokenException.class, talk.nearWriter.drain());
    }

    /** A reset in the middle of a large write fails pending waits and later ones. */
    static void resetEndsWaits(Talk talk) throws Exception {
        talk.clog();
        CompletableFuture<Void> drain = talk.nearWriter.drain();
        CompletableFuture<Void> flush = talk.nearWriter.flush();
        CompletableFuture<Void> closed = talk.near.waitClosed();
        talk.far.abort();
        Expect.failure(StreamBrokenException.class, drain);
        Expect.failure(StreamBrokenException.class, flush);
        Expect.failure(StreamBrokenException.class, closed);
        Expect.failure(StreamBrokenException.class, talk.nearWriter.drain());
        Expect.failure(StreamBrokenException.class, talk.near.waitClosed());
    }

    /** An abort by this side fails them too, because the bytes are lost. */
    static void abortEndsWaits(Talk talk) throws Exception {
        talk.clog();
        CompletableFuture<byte[]> read = talk.nearReader.read(1);
        CompletableFuture<Void> drain = talk.nearWriter.drain();
        CompletableFuture<Void> flush = talk.nearWriter.flush();
        talk.near.abort();
        Expect.failure(StreamClosedException.class, read);
        Expect.failure(StreamClosedException.class, drain);
        Expect.failure(StreamClosedException.class, flush);
        Expect.failure(StreamClosedException.class, talk.near.waitClosed());
        Expect.thrown(StreamClosedException.class, () -> talk.nearWriter.write(new byte[1]));
    }

    static void waitersAreIndependent(Talk talk) throws Exception {
        talk.clog();
        CompletableFuture<Void> cancelledClosed = talk.near.waitClosed();
        CompletableFuture<Void> keptClosed = talk.near.waitClosed();
        CompletableFuture<Void> cancelledDrain = talk.nearWriter.drain();
        CompletableFuture<Void> keptDrain = talk.nearWriter.drain();
        Expect.that(cancelledClosed.cancel(false), "waitClosed was waiting");
        Expect.that(cancelledDrain.cancel(false), "drain was waiting");
        talk.near.close();
        Expect.value(talk.farReader.readAll(talk.bulkByteCount));
        Expect.value(keptDrain);
        talk.far.close();
        Expect.value(keptClosed);
        Expect.value(talk.near.waitClosed());
    }
}
