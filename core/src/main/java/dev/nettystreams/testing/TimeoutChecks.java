package dev.nettystreams.testing;

import dev.nettystreams.StreamBrokenException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A timeout or cancellation of one operation affects neither the bytes nor other operations. After Go's
 * {@code nettest}.
 */
final class TimeoutChecks {
    private static final long SHORT_MILLIS = 20;

    private TimeoutChecks() {}

    static void readTimeout(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.nearReader.readExactly(4).orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        pair.nearWriter.write(Payload.ascii("written meanwhile"));
        Expect.bytes(Payload.ascii("written meanwhile"), Expect.value(pair.farReader.readExactly(17)));
        Expect.failure(TimeoutException.class, read);
        pair.farToNear("late");
        pair.roundTrip();
    }

    static void writeTimeout(CheckedPair pair) throws Exception {
        byte[] written = pair.clog();
        CompletableFuture<Void> drain = pair.nearWriter.drain().orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        CompletableFuture<Void> flush = pair.nearWriter.flush().orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        pair.farToNear("read meanwhile");
        Expect.failure(TimeoutException.class, drain);
        Expect.failure(TimeoutException.class, flush);
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
        pair.roundTrip();
    }

    static void pastTimeout(CheckedPair pair) throws Exception {
        for (int i = 0; i < 10; i++) {
            Expect.failure(TimeoutException.class, pair.nearReader.read(100).orTimeout(0, TimeUnit.NANOSECONDS));
            Expect.that(pair.nearReader.readLine().cancel(false), "nothing came, so the read was cancelled");
        }
        pair.roundTrip();
    }

    static void presentTimeout(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.nearReader.read(100);
        byte[] written = pair.clog();
        CompletableFuture<Void> drain = pair.nearWriter.drain();
        long start = System.nanoTime();
        Expect.failure(TimeoutException.class, read.orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS));
        Expect.failure(TimeoutException.class, drain.orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS));
        Expect.that(System.nanoTime() - start >= SHORT_MILLIS * 1_000_000, "neither timeout came early");
        Expect.bytes(written, Expect.value(pair.farReader.readExactly(written.length)));
        pair.roundTrip();
    }

    static void futureTimeout(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.nearReader.read(100).orTimeout(100, TimeUnit.MILLISECONDS);
        pair.nearWriter.write(Payload.ascii("x"));
        CompletableFuture<Void> drain = pair.nearWriter.drain().orTimeout(100, TimeUnit.MILLISECONDS);
        Expect.value(drain);
        Expect.failure(TimeoutException.class, read);
        Expect.bytes(Payload.ascii("x"), Expect.value(pair.farReader.read(100)));
        pair.roundTrip();
    }

    /** A close ends pending operations: the read at once, the writer when the timeout turns the close into an abort. */
    static void closeEndsWaits(CheckedPair pair) throws Exception {
        pair.clog();
        CompletableFuture<byte[]> read = pair.nearReader.read(100);
        CompletableFuture<Void> drain = pair.nearWriter.drain();
        CompletableFuture<Void> flush = pair.nearWriter.flush();
        pair.near.close();
        Expect.equal(0, Expect.value(read).length, "bytes read");
        Expect.failure(StreamBrokenException.class, drain);
        Expect.failure(StreamBrokenException.class, flush);
    }

    /** Every kind of read, cancelled when half of its bytes have arrived, consumes none of them. */
    static void cancelledReadTakesNothing(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("half"));
        Expect.bytes(Payload.ascii("half"), Expect.value(pair.nearReader.peek(4)));
        cancel(pair, pair.nearReader.readExactly(8));
        cancel(pair, pair.nearReader.readLine());
        cancel(pair, pair.nearReader.readUntil(Payload.ascii("\r\n")));
        cancel(pair, pair.nearReader.peek(8));
        cancel(pair, pair.nearReader.read(-1));
        cancel(pair, pair.nearReader.readAll(100));
        pair.farWriter.write(Payload.ascii(" and half\n"));
        Expect.bytes(Payload.ascii("half and half\n"), Expect.value(pair.nearReader.readLine()));
    }

    private static void cancel(CheckedPair pair, CompletableFuture<byte[]> read) throws InterruptedException {
        // Another operation passes through the loop first, so the read is pending there.
        Expect.value(pair.nearWriter.flush());
        Expect.that(read.cancel(false), "the read was waiting");
        Expect.failure(CancellationException.class, read);
    }

    /** Reads are cancelled while bytes arrive; together the reads return the bytes that were sent. */
    static void cancelRacesArrival(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(1 << 16, 11);
        CompletableFuture<Void> sending = CheckedPair.send(pair.far, sent, 64);
        byte[] received = new byte[sent.length];
        int byteCount = 0;
        for (int round = 0; byteCount < sent.length; round++) {
            CompletableFuture<byte[]> read = pair.nearReader.read(100);
            if (round % 3 != 0 && read.cancel(false)) {
                continue;
            }
            byte[] bytes = Expect.value(read);
            System.arraycopy(bytes, 0, received, byteCount, bytes.length);
            byteCount += bytes.length;
        }
        Expect.value(sending);
        Expect.bytes(sent, received);
    }
}
