package dev.nettystreams.testing;

import dev.nettystreams.ConcurrentReadException;
import dev.nettystreams.StreamConnection;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes get through: alone, in turns, in both directions, from many threads at once. After Go's {@code nettest} and
 * trio's stream tests.
 */
final class TrafficChecks {
    private static final int THREADS = 10;
    private static final int ROUNDS = 100;

    private TrafficChecks() {}

    static void basicIo(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(1 << 20, 1);
        CompletableFuture<Void> sending = CheckedPair.send(pair.near, sent, 1024);
        byte[] received = Expect.value(pair.farReader.readExactly(sent.length));
        Expect.value(sending);
        Expect.bytes(sent, received);
        CompletableFuture<Void> returning = CheckedPair.send(pair.far, received, 1024);
        CompletableFuture<byte[]> everything = pair.nearReader.readAll(sent.length);
        Expect.value(returning);
        pair.far.close();
        Expect.bytes(sent, Expect.value(everything));
        Expect.equal(0, Expect.value(pair.nearReader.read(1)).length, "bytes after EOF");
    }

    static void pingPong(CheckedPair pair) throws Exception {
        int turns = 1000;
        CompletableFuture<Void> far =
                pair.far.repeat(() -> pair.farReader.readExactly(8).thenApply(ping -> {
                    long turn = ByteBuffer.wrap(ping).getLong();
                    pair.farWriter.write(
                            ByteBuffer.allocate(8).putLong(turn + 1).array());
                    return turn + 2 < 2L * turns;
                }));
        for (int turn = 0; turn < turns; turn++) {
            pair.nearWriter.write(ByteBuffer.allocate(8).putLong(2L * turn).array());
            byte[] pong = Expect.value(pair.nearReader.readExactly(8));
            Expect.equal(2L * turn + 1, ByteBuffer.wrap(pong).getLong(), "pong");
        }
        Expect.value(far);
    }

    /** Readers that race and cancel consume every byte once. */
    static void racyRead(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(1 << 18, 2);
        CompletableFuture<Void> sending = CheckedPair.send(pair.far, sent, 999).thenRun(pair.far::close);
        AtomicLong byteCount = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        SimultaneousThreads.run(THREADS, number -> {
            Random random = new Random(number);
            while (true) {
                try {
                    CompletableFuture<byte[]> read = pair.nearReader.read(1 + random.nextInt(2000));
                    if (random.nextInt(4) == 0 && read.cancel(false)) {
                        continue;
                    }
                    byte[] bytes = Expect.value(read);
                    if (bytes.length == 0) {
                        return;
                    }
                    byteCount.addAndGet(bytes.length);
                    sum.addAndGet(sumOf(bytes));
                } catch (ConcurrentReadException e) {
                    Thread.onSpinWait(); // another one is reading
                }
            }
        });
        Expect.value(sending);
        Expect.equal((long) sent.length, byteCount.get(), "bytes read by all");
        Expect.equal(sumOf(sent), sum.get(), "sum of the bytes read by all");
    }

    /** Writes of several threads do not mix within a write, keep each thread's order, and do not keep the array. */
    static void racyWrite(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> received = pair.farReader.readExactly(THREADS * ROUNDS * 8);
        SimultaneousThreads.run(THREADS, number -> {
            byte[] record = new byte[8];
            for (int round = 0; round < ROUNDS; round++) {
                ByteBuffer.wrap(record).putInt(number).putInt(round);
                pair.nearWriter.write(record);
                ByteBuffer.wrap(record).putLong(-1);
                if (round % 10 == 0) {
                    giveUp(pair.nearWriter.drain());
                }
            }
        });
        ByteBuffer records = ByteBuffer.wrap(Expect.value(received));
        int[] nextRound = new int[THREADS];
        while (records.hasRemaining()) {
            int number = records.getInt();
            Expect.that(number >= 0 && number < THREADS, "a record is whole");
            Expect.equal(nextRound[number]++, records.getInt(), "round of thread " + number);
        }
    }

    /** Cancels a wait: afterwards it is cancelled, or has completed normally. */
    private static void giveUp(CompletableFuture<Void> wait) throws InterruptedException {
        boolean wasInTime = wait.cancel(false);
        Expect.equal(wasInTime, wait.isCancelled(), "the wait is cancelled if cancel says so");
        if (!wasInTime) {
            Expect.value(wait.thenApply(done -> "had completed"));
        }
    }

    static void concurrentMethods(CheckedPair pair) throws Exception {
        SimultaneousThreads.run(THREADS, number -> {
            for (int round = 0; round < ROUNDS; round++) {
                call(pair, (number + round) % 7);
            }
        });
        byte[] received = Expect.value(pair.farReader.readExactly(writtenByteCount()));
        for (byte b : received) {
            Expect.equal((byte) 'w', b, "a byte written");
        }
        pair.roundTrip();
    }

    private static int writtenByteCount() {
        int count = 0;
        for (int number = 0; number < THREADS; number++) {
            for (int round = 0; round < ROUNDS; round++) {
                count += (number + round) % 7 == 0 ? 1 : 0;
            }
        }
        return count;
    }

    private static void call(CheckedPair pair, int which) throws Exception {
        switch (which) {
            case 0 -> pair.nearWriter.write(Payload.ascii("w"));
            case 1 -> Expect.value(pair.nearWriter.drain());
            case 2 -> Expect.value(pair.nearWriter.flush());
            case 3 -> {
                try {
                    Expect.that(pair.nearReader.read(1).cancel(false), "nothing came, so the read was cancelled");
                } catch (ConcurrentReadException e) {
                    Expect.equal("read", e.refused(), "the refused method");
                }
            }
            case 4 -> Expect.that(pair.nearWriter.waitClosed().cancel(false), "the connection is open");
            case 5 -> Expect.that(!pair.nearWriter.isClosing() && !pair.nearReader.atEof(), "the connection is open");
            default ->
                Expect.that(pair.near.toString().startsWith("StreamConnection[OPEN, peer="), "toString has the state");
        }
    }

    /** Sends in both directions at once, in pieces of all sizes. */
    static void fullDuplex(CheckedPair pair) throws Exception {
        byte[] toFar = Payload.random(1 << 20, 4);
        byte[] toNear = Payload.random((1 << 20) + 77, 5);
        CompletableFuture<Void> nearSends = CheckedPair.send(pair.near, toFar, 4099);
        CompletableFuture<Void> farSends = CheckedPair.send(pair.far, toNear, 257);
        CompletableFuture<Integer> farReads = receive(pair.far, toFar, 6);
        CompletableFuture<Integer> nearReads = receive(pair.near, toNear, 8);
        Expect.equal(toFar.length, Expect.value(farReads), "bytes at the far end");
        Expect.equal(toNear.length, Expect.value(nearReads), "bytes at the near end");
        Expect.value(nearSends);
        Expect.value(farSends);
    }

    private static CompletableFuture<Integer> receive(StreamConnection at, byte[] expected, long seed) {
        Random random = new Random(seed);
        ByteBuffer received = ByteBuffer.allocate(expected.length);
        return at.repeat(() -> at.reader().read(1 + random.nextInt(9000)).thenApply(bytes -> {
                    received.put(bytes);
                    return received.hasRemaining() && bytes.length > 0;
                }))
                .thenApply(done -> {
                    Expect.bytes(expected, received.array());
                    return received.position();
                });
    }

    /** A relay echoes more bytes than the connection holds. */
    static void bulkEcho(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(pair.bulkByteCount, 9);
        CompletableFuture<Long> echoing = pair.farReader.relayTo(pair.farWriter);
        CompletableFuture<Void> sending = CheckedPair.send(pair.near, sent, 50_000);
        Expect.bytes(sent, Expect.value(pair.nearReader.readExactly(sent.length)));
        Expect.value(sending);
        if (pair.canHalfClose) {
            pair.nearWriter.writeEof();
            Expect.equal((long) sent.length, Expect.value(echoing), "bytes relayed");
            Expect.equal(0, Expect.value(pair.nearReader.read(1)).length, "bytes after the relay's EOF");
        }
    }

    private static long sumOf(byte[] bytes) {
        long sum = 0;
        for (byte b : bytes) {
            sum += b & 0xFF;
        }
        return sum;
    }
}
