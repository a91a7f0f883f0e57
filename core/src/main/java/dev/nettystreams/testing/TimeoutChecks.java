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

    static void readTimeout(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.nearReader.readExactly(4).orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        talk.nearWriter.write(Talk.ascii("written meanwhile"));
        Expect.bytes(Talk.ascii("written meanwhile"), Expect.value(talk.farReader.readExactly(17)));
        Expect.failure(TimeoutException.class, read);
        talk.farToNear("late");
        talk.roundTrip();
    }

    static void writeTimeout(Talk talk) throws Exception {
        byte[] written = talk.clog();
        CompletableFuture<Void> drain = talk.nearWriter.drain().orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        CompletableFuture<Void> flush = talk.nearWriter.flush().orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS);
        talk.farToNear("read meanwhile");
        Expect.failure(TimeoutException.class, drain);
        Expect.failure(TimeoutException.class, flush);
        Expect.bytes(written, Expect.value(talk.farReader.readExactly(written.length)));
        talk.roundTrip();
    }

    static void pastTimeout(Talk talk) throws Exception {
        for (int i = 0; i < 10; i++) {
            Expect.failure(TimeoutException.class, talk.nearReader.read(100).orTimeout(0, TimeUnit.NANOSECONDS));
            Expect.that(talk.nearReader.readLine().cancel(false), "nothing came, so the read was cancelled");
        }
        talk.roundTrip();
    }

    static void presentTimeout(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.nearReader.read(100);
        byte[] written = talk.clog();
        CompletableFuture<Void> drain = talk.nearWriter.drain();
        long start = System.nanoTime();
        Expect.failure(TimeoutException.class, read.orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS));
        Expect.failure(TimeoutException.class, drain.orTimeout(SHORT_MILLIS, TimeUnit.MILLISECONDS));
        Expect.that(System.nanoTime() - start >= SHORT_MILLIS * 1_000_000, "neither timeout came early");
        Expect.bytes(written, Expect.value(talk.farReader.readExactly(written.length)));
        talk.roundTrip();
    }

    static void futureTimeout(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.nearReader.read(100).orTimeout(100, TimeUnit.MILLISECONDS);
        talk.nearWriter.write(Talk.ascii("x"));
        CompletableFuture<Void> drain = talk.nearWriter.drain().orTimeout(100, TimeUnit.MILLISECONDS);
        Expect.value(drain);
        Expect.failure(TimeoutException.class, read);
        Expect.bytes(Talk.ascii("x"), Expect.value(talk.farReader.read(100)));
        talk.roundTrip();
    }

    /** A close ends pending operations: the read at once, the writer when the timeout turns the close into an abort. */
    static void closeEndsWaits(Talk talk) throws Exception {
        talk.clog();
        CompletableFuture<byte[]> read = talk.nearReader.read(100);
        CompletableFuture<Void> drain = talk.nearWriter.drain();
        CompletableFuture<Void> flush = talk.nearWriter.flush();
        talk.near.close();
        Expect.equal(0, Expect.value(read).length, "bytes read");
        Expect.failure(StreamBrokenException.class, drain);
        Expect.failure(StreamBrokenException.class, flush);
    }

    /** Every kind of read, cancelled when half of its bytes have arrived, consumes none of them. */
    static void cancelledReadTakesNothing(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("half"));
        Expect.bytes(Talk.ascii("half"), Expect.value(talk.nearReader.peek(4)));
        cancel(talk, talk.nearReader.readExactly(8));
        cancel(talk, talk.nearReader.readLine());
        cancel(talk, talk.nearReader.readUntil(Talk.ascii("\r\n")));
        cancel(talk, talk.nearReader.peek(8));
        cancel(talk, talk.nearReader.read(-1));
        cancel(talk, talk.nearReader.readAll(100));
        talk.farWriter.write(Talk.ascii(" and half\n"));
        Expect.bytes(Talk.ascii("half and half\n"), Expect.value(talk.nearReader.readLine()));
    }

    private static void cancel(Talk talk, CompletableFuture<byte[]> read) throws InterruptedException {
        // Another operation passes through the loop first, so the read is pending there.
        Expect.value(talk.nearWriter.flush());
        Expect.that(read.cancel(false), "the read was waiting");
        Expect.failure(CancellationException.class, read);
    }

    /** Reads are cancelled while bytes arrive; together the reads return the bytes that were sent. */
    static void cancelRacesArrival(Talk talk) throws Exception {
        byte[] sent = Talk.payload(1 << 16, 11);
        CompletableFuture<Void> sending = Talk.send(talk.far, sent, 64);
        byte[] received = new byte[sent.length];
        int byteCount = 0;
        for (int round = 0; byteCount < sent.length; round++) {
            CompletableFuture<byte[]> read = talk.nearReader.read(100);
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
