package dev.nettystreams.testing;

import dev.nettystreams.BorrowedBytes;
import dev.nettystreams.ConnectionMetrics;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** The counts of a connection: exact, whichever way the bytes take, and final at its end. */
final class MetricsChecks {
    private static final int BYTES = 100_000;

    private MetricsChecks() {}

    /** Each kind of write counts each byte once, at both ends. */
    static void everyByteCounts(CheckedPair pair) throws Exception {
        byte[] bytes = Payload.random(BYTES, 11);
        pair.nearWriter.write(bytes);
        pair.nearWriter.write(bytes, 1, 9);
        pair.nearWriter.write(ByteBuffer.wrap(bytes, 0, 90));
        pair.nearWriter.writeOwned(ByteBuffer.wrap(bytes.clone()));
        int direct = 2 * BYTES + 99;
        Expect.bytes(bytes, Expect.value(pair.farReader.readExactly(BYTES)));
        Expect.value(pair.farReader.readExactly(BYTES + 99));
        counts(pair, direct, 0);

        CompletableFuture<Long> echoing = pair.nearReader.relayTo(pair.nearWriter);
        pair.farWriter.write(bytes);
        Expect.bytes(bytes, Expect.value(pair.farReader.readExactly(BYTES)));
        Expect.that(echoing.cancel(false), "the relay was pending");
        counts(pair, direct + BYTES, BYTES);

        borrowAndReturn(pair, bytes);
        counts(pair, direct + 2 * BYTES, 2 * BYTES);
    }

    private static void borrowAndReturn(CheckedPair pair, byte[] bytes) throws Exception {
        pair.farWriter.write(bytes);
        for (int left = bytes.length; left > 0; ) {
            BorrowedBytes borrowed = Expect.value(pair.nearReader.borrow(left));
            left -= borrowed.byteCount();
            pair.nearWriter.write(borrowed);
        }
        Expect.bytes(bytes, Expect.value(pair.farReader.readExactly(bytes.length)));
    }

    private static void counts(CheckedPair pair, long fromNear, long fromFar) {
        Expect.equal(fromNear, pair.near.metrics().bytesWritten(), "bytes written at the near end");
        Expect.equal(fromNear, pair.far.metrics().bytesRead(), "bytes read at the far end");
        Expect.equal(fromFar, pair.far.metrics().bytesWritten(), "bytes written at the far end");
        Expect.equal(fromFar, pair.near.metrics().bytesRead(), "bytes read at the near end");
    }

    /** Bytes that nobody has asked for have arrived, too; at the end the counts are final. */
    static void countsAreFinalAtTheEnd(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.farReader.readAll(BYTES);
        pair.nearWriter.write(Payload.random(BYTES, 12));
        pair.near.close();
        Expect.value(read);
        pair.far.close();
        Expect.settled(pair.near.waitClosed());
        Expect.settled(pair.far.waitClosed());
        counts(pair, BYTES, 0);
        Expect.equal(0L, pair.near.metrics().handshakesFailed(), "handshakes that failed");
    }

    /** A peer that does not read makes the other side's drain wait; its own reading pauses. */
    static void waitsCount(CheckedPair pair) throws Exception {
        byte[] bytes = pair.clog();
        CompletableFuture<Void> drained = pair.nearWriter.drain();
        afterTasksOf(pair);
        Expect.equal(1L, pair.near.metrics().drainsWaited(), "drains that waited");
        Expect.equal(0L, pair.near.metrics().readsPaused(), "pauses at the near end");
        Expect.bytes(bytes, Expect.value(pair.farReader.readExactly(bytes.length)));
        Expect.value(drained);
        Expect.that(pair.far.metrics().readsPaused() > 0, "the far end's reading was paused");
        Expect.equal(0L, pair.far.metrics().drainsWaited(), "drains that waited at the far end");
    }

    /** Waits until the near end's loop has run the tasks that it has. */
    private static void afterTasksOf(CheckedPair pair) throws InterruptedException {
        Expect.value(pair.near.repeat(() -> CompletableFuture.completedFuture(false)));
    }

    /** A look at the counts while bytes flow sees none of them fall. */
    static void countsNeverFall(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(1 << 20, 13);
        CompletableFuture<byte[]> received = pair.farReader.readExactly(sent.length);
        CompletableFuture<Void> sending = CheckedPair.send(pair.near, sent, 999);
        ConnectionMetrics near = pair.near.metrics();
        ConnectionMetrics far = pair.far.metrics();
        long read = 0;
        long written = 0;
        do {
            long readNow = far.bytesRead();
            long writtenNow = near.bytesWritten();
            Expect.that(readNow >= read && writtenNow >= written, "no count falls");
            Expect.that(readNow <= near.bytesWritten(), "no byte is read before it is written");
            read = readNow;
            written = writtenNow;
            afterTasksOf(pair);
        } while (!received.isDone());
        Expect.bytes(sent, Expect.value(received));
        Expect.value(sending);
        counts(pair, sent.length, 0);
    }
}
