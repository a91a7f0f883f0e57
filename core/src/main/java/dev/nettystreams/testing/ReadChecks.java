package dev.nettystreams.testing;

import dev.nettystreams.ConcurrentReadException;
import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamLimits;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The results of reads, their refusals, and the bytes that they leave. Checks of over-long lines use a small limit. */
final class ReadChecks {
    static final StreamLimits SMALL = StreamLimits.DEFAULT.withReadLimit(64);

    private ReadChecks() {}

    static void argumentsAreChecked(CheckedPair pair) throws Exception {
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.readExactly(-1));
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.readAll(-1));
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.skip(-1));
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.peek(-1));
        Expect.refused(IllegalArgumentException.class, pair.nearReader::readUntil);
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.readUntil(new byte[0]));
        Expect.refused(IllegalArgumentException.class, () -> pair.nearReader.readUntil(List.of(new byte[] {1}), -1));
        Expect.thrown(IndexOutOfBoundsException.class, () -> pair.nearWriter.write(new byte[4], 2, 3));
        Expect.equal(0, Expect.value(pair.nearReader.read(0)).length, "bytes of read(0)");
        Expect.equal(0, Expect.value(pair.nearReader.readExactly(0)).length, "bytes of readExactly(0)");
        pair.roundTrip();
    }

    static void secondReadIsRefused(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> first = pair.nearReader.readExactly(4);
        ConcurrentReadException e = Expect.refused(ConcurrentReadException.class, () -> pair.nearReader.readLine());
        Expect.equal("readLine", e.refused(), "refused");
        Expect.equal("readExactly", e.waiting(), "waiting");
        pair.farWriter.write(Payload.ascii("mine"));
        Expect.bytes(Payload.ascii("mine"), Expect.value(first));
        pair.roundTrip();
    }

    /** A line of exactly the limit is a line. */
    static void lineAtLimit(CheckedPair pair) throws Exception {
        String line = "x".repeat(64) + "\n";
        pair.farWriter.write(Payload.ascii(line + line));
        Expect.bytes(Payload.ascii(line), Expect.value(pair.nearReader.readLine()));
        Expect.bytes(Payload.ascii(line), Expect.value(pair.nearReader.readUntil(Payload.ascii("\n"))));
    }

    /** A longer line fails each read of it; no part of it is lost or taken for another line. */
    static void lineOverLimit(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("x".repeat(1000) + "\nnext\n"));
        LimitOverrunException e = Expect.failure(LimitOverrunException.class, pair.nearReader.readLine());
        Expect.equal(64, e.limit(), "limit");
        Expect.that(e.consumed() > 64 && e.consumed() <= 1000, "consumed is beyond the limit: " + e.consumed());
        Expect.failure(LimitOverrunException.class, pair.nearReader.readLine());
        Expect.bytes(Payload.ascii("x".repeat(65)), Expect.value(pair.nearReader.peek(65)));
        for (int left = 1000; left > 0; ) {
            left -= Expect.value(pair.nearReader.skip(left));
        }
        Expect.bytes(Payload.ascii("\n"), Expect.value(pair.nearReader.readLine()));
        Expect.bytes(Payload.ascii("next\n"), Expect.value(pair.nearReader.readLine()));
    }

    /** One read for more bytes than the read gate admits at once. */
    static void exactlyBeyondLimit(CheckedPair pair) throws Exception {
        byte[] sent = Payload.random(10_000, 12);
        CompletableFuture<byte[]> read = pair.nearReader.readExactly(sent.length);
        pair.farWriter.write(sent);
        Expect.bytes(sent, Expect.value(read));
    }

    static void separatorThatEndsFirst(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("ABCDEFG|aab"));
        byte[][] separators = {Payload.ascii("DEF"), Payload.ascii("BCDE"), Payload.ascii("|")};
        Expect.bytes(Payload.ascii("ABCDE"), Expect.value(pair.nearReader.readUntil(separators)));
        Expect.bytes(Payload.ascii("FG|"), Expect.value(pair.nearReader.readUntil(separators)));
        Expect.bytes(Payload.ascii("aab"), Expect.value(pair.nearReader.readUntil(Payload.ascii("ab"))));
    }

    static void endOfInput(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("line\npartial"));
        pair.far.close();
        Expect.bytes(Payload.ascii("line\n"), Expect.value(pair.nearReader.readLine()));
        IncompleteReadException e = Expect.failure(IncompleteReadException.class, pair.nearReader.readExactly(100));
        Expect.bytes(Payload.ascii("partial"), e.partial());
        Expect.equal(100, e.expected(), "expected");
        for (int i = 0; i < 3; i++) {
            Expect.equal(0, Expect.value(pair.nearReader.read(10)).length, "bytes at EOF");
            Expect.equal(0, Expect.value(pair.nearReader.readLine()).length, "bytes of a line at EOF");
        }
        Expect.that(pair.nearReader.atEof(), "atEof");
    }

    /** Later bytes do not change an array that a read returned. */
    static void resultIsTheCallers(CheckedPair pair) throws Exception {
        pair.farToNear("first");
        pair.farWriter.write(Payload.ascii("keeps"));
        byte[] kept = Expect.value(pair.nearReader.readExactly(5));
        pair.farWriter.write(Payload.ascii("XXXXXXXXXX"));
        byte[] later = Expect.value(pair.nearReader.readExactly(10));
        Expect.bytes(Payload.ascii("keeps"), kept);
        kept[0] = '!';
        Expect.bytes(Payload.ascii("XXXXXXXXXX"), later);
    }

    /** Bytes that arrived before a reset are read first; every later read fails with the reset. */
    static void bytesBeforeReset(CheckedPair pair) throws Exception {
        pair.farWriter.write(Payload.ascii("last words"));
        Expect.bytes(Payload.ascii("last words"), Expect.value(pair.nearReader.peek(10)));
        pair.far.abort();
        Expect.failure(StreamBrokenException.class, pair.near.waitClosed());
        Expect.bytes(Payload.ascii("last"), Expect.value(pair.nearReader.read(4)));
        Expect.failure(StreamBrokenException.class, pair.nearReader.readExactly(100));
        Expect.bytes(Payload.ascii(" words"), Expect.value(pair.nearReader.read(100)));
        Expect.failure(StreamBrokenException.class, pair.nearReader.read(1));
        Expect.failure(StreamBrokenException.class, pair.nearReader.readLine());
        Expect.that(!pair.nearReader.atEof(), "a reset is not EOF");
    }

    /** A reset ends the pending read; the bytes that it could not use stay buffered. */
    static void resetEndsRead(CheckedPair pair) throws Exception {
        CompletableFuture<byte[]> read = pair.nearReader.readExactly(100);
        pair.farWriter.write(Payload.ascii("half"));
        Expect.value(pair.farWriter.flush());
        pair.nearWriter.write(Payload.ascii("?"));
        Expect.bytes(Payload.ascii("?"), Expect.value(pair.farReader.read(1)));
        pair.far.abort();
        Expect.failure(StreamBrokenException.class, read);
        Expect.failure(StreamBrokenException.class, pair.nearReader.readExactly(100));
    }
}
