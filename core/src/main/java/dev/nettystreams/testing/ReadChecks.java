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

    static void argumentsAreChecked(Talk talk) throws Exception {
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.readExactly(-1));
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.readAll(-1));
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.skip(-1));
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.peek(-1));
        Expect.refused(IllegalArgumentException.class, talk.nearReader::readUntil);
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.readUntil(new byte[0]));
        Expect.refused(IllegalArgumentException.class, () -> talk.nearReader.readUntil(List.of(new byte[] {1}), -1));
        Expect.thrown(IndexOutOfBoundsException.class, () -> talk.nearWriter.write(new byte[4], 2, 3));
        Expect.equal(0, Expect.value(talk.nearReader.read(0)).length, "bytes of read(0)");
        Expect.equal(0, Expect.value(talk.nearReader.readExactly(0)).length, "bytes of readExactly(0)");
        talk.roundTrip();
    }

    static void secondReadIsRefused(Talk talk) throws Exception {
        CompletableFuture<byte[]> first = talk.nearReader.readExactly(4);
        ConcurrentReadException e = Expect.refused(ConcurrentReadException.class, () -> talk.nearReader.readLine());
        Expect.equal("readLine", e.refused(), "refused");
        Expect.equal("readExactly", e.waiting(), "waiting");
        talk.farWriter.write(Talk.ascii("mine"));
        Expect.bytes(Talk.ascii("mine"), Expect.value(first));
        talk.roundTrip();
    }

    /** A line of exactly the limit is a line. */
    static void lineAtLimit(Talk talk) throws Exception {
        String line = "x".repeat(64) + "\n";
        talk.farWriter.write(Talk.ascii(line + line));
        Expect.bytes(Talk.ascii(line), Expect.value(talk.nearReader.readLine()));
        Expect.bytes(Talk.ascii(line), Expect.value(talk.nearReader.readUntil(Talk.ascii("\n"))));
    }

    /** A longer line fails each read of it; no part of it is lost or taken for another line. */
    static void lineOverLimit(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("x".repeat(1000) + "\nnext\n"));
        LimitOverrunException e = Expect.failure(LimitOverrunException.class, talk.nearReader.readLine());
        Expect.equal(64, e.limit(), "limit");
        Expect.that(e.consumed() > 64 && e.consumed() <= 1000, "consumed is beyond the limit: " + e.consumed());
        Expect.failure(LimitOverrunException.class, talk.nearReader.readLine());
        Expect.bytes(Talk.ascii("x".repeat(65)), Expect.value(talk.nearReader.peek(65)));
        for (int left = 1000; left > 0; ) {
            left -= Expect.value(talk.nearReader.skip(left));
        }
        Expect.bytes(Talk.ascii("\n"), Expect.value(talk.nearReader.readLine()));
        Expect.bytes(Talk.ascii("next\n"), Expect.value(talk.nearReader.readLine()));
    }

    /** One read for more bytes than the read gate admits at once. */
    static void exactlyBeyondLimit(Talk talk) throws Exception {
        byte[] sent = Talk.payload(10_000, 12);
        CompletableFuture<byte[]> read = talk.nearReader.readExactly(sent.length);
        talk.farWriter.write(sent);
        Expect.bytes(sent, Expect.value(read));
    }

    static void separatorThatEndsFirst(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("ABCDEFG|aab"));
        byte[][] separators = {Talk.ascii("DEF"), Talk.ascii("BCDE"), Talk.ascii("|")};
        Expect.bytes(Talk.ascii("ABCDE"), Expect.value(talk.nearReader.readUntil(separators)));
        Expect.bytes(Talk.ascii("FG|"), Expect.value(talk.nearReader.readUntil(separators)));
        Expect.bytes(Talk.ascii("aab"), Expect.value(talk.nearReader.readUntil(Talk.ascii("ab"))));
    }

    static void endOfInput(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("line\npartial"));
        talk.far.close();
        Expect.bytes(Talk.ascii("line\n"), Expect.value(talk.nearReader.readLine()));
        IncompleteReadException e = Expect.failure(IncompleteReadException.class, talk.nearReader.readExactly(100));
        Expect.bytes(Talk.ascii("partial"), e.partial());
        Expect.equal(100, e.expected(), "expected");
        for (int i = 0; i < 3; i++) {
            Expect.equal(0, Expect.value(talk.nearReader.read(10)).length, "bytes at EOF");
            Expect.equal(0, Expect.value(talk.nearReader.readLine()).length, "bytes of a line at EOF");
        }
        Expect.that(talk.nearReader.atEof(), "atEof");
    }

    /** Later bytes do not change an array that a read returned. */
    static void resultIsTheCallers(Talk talk) throws Exception {
        talk.farToNear("first");
        talk.farWriter.write(Talk.ascii("keeps"));
        byte[] kept = Expect.value(talk.nearReader.readExactly(5));
        talk.farWriter.write(Talk.ascii("XXXXXXXXXX"));
        byte[] later = Expect.value(talk.nearReader.readExactly(10));
        Expect.bytes(Talk.ascii("keeps"), kept);
        kept[0] = '!';
        Expect.bytes(Talk.ascii("XXXXXXXXXX"), later);
    }

    /** Bytes that arrived before a reset are read first; every later read fails with the reset. */
    static void bytesBeforeReset(Talk talk) throws Exception {
        talk.farWriter.write(Talk.ascii("last words"));
        Expect.bytes(Talk.ascii("last words"), Expect.value(talk.nearReader.peek(10)));
        talk.far.abort();
        Expect.failure(StreamBrokenException.class, talk.near.waitClosed());
        Expect.bytes(Talk.ascii("last"), Expect.value(talk.nearReader.read(4)));
        Expect.failure(StreamBrokenException.class, talk.nearReader.readExactly(100));
        Expect.bytes(Talk.ascii(" words"), Expect.value(talk.nearReader.read(100)));
        Expect.failure(StreamBrokenException.class, talk.nearReader.read(1));
        Expect.failure(StreamBrokenException.class, talk.nearReader.readLine());
        Expect.that(!talk.nearReader.atEof(), "a reset is not EOF");
    }

    /** A reset ends the pending read; the bytes that it could not use stay buffered. */
    static void resetEndsRead(Talk talk) throws Exception {
        CompletableFuture<byte[]> read = talk.nearReader.readExactly(100);
        talk.farWriter.write(Talk.ascii("half"));
        Expect.value(talk.farWriter.flush());
        talk.nearWriter.write(Talk.ascii("?"));
        Expect.bytes(Talk.ascii("?"), Expect.value(talk.farReader.read(1)));
        talk.far.abort();
        Expect.failure(StreamBrokenException.class, read);
        Expect.failure(StreamBrokenException.class, talk.nearReader.readExactly(100));
    }
}
