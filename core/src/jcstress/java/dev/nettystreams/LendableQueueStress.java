package dev.nettystreams;

import java.nio.charset.StandardCharsets;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Bytes that the loop has lent come once and in their order, whoever takes them. */
public final class LendableQueueStress {
    private LendableQueueStress() {}

    @JCStressTest
    @Outcome(
            id = {", abc, abc", "a, bc, abc", "ab, c, abc"},
            expect = Expect.ACCEPTABLE,
            desc = "The loop has the rest.")
    @Outcome(
            id = {", , abc", "a, , abc", "ab, , abc", "abc, , abc"},
            expect = Expect.ACCEPTABLE,
            desc = "All was read, or the loop came at a bad moment.")
    @State
    public static class PollAgainstOwn {
        private final LendableQueue bytes = new LendableQueue();
        private final ScriptedTransport transport = new ScriptedTransport();

        public PollAgainstOwn() {
            bytes.append(transport.chunk("ab"));
            bytes.lend();
        }

        @Actor
        public void reader(LLL_Result r) {
            r.r1 = pollByte() + pollByte() + pollByte();
        }

        @Actor
        public void loop(LLL_Result r) {
            bytes.append(transport.chunk("c")); // behind what is lent
            r.r2 = bytes.tryOwn() ? takeAll() : "";
        }

        @Arbiter
        public void afterwards(LLL_Result r) {
            r.r3 = bytes.tryOwn() ? r.r1.toString() + r.r2 + takeAll() : "still in use";
        }

        private String takeAll() {
            ByteQueue all = bytes.owned();
            return text(all.take(all.size()));
        }

        private String pollByte() {
            if (bytes.tryUse() == LendableQueue.NOT_LENT) {
                return "";
            }
            try {
                byte[] polled = new ReadRequest.Exactly(1).poll(bytes.inUse());
                return polled == null ? "" : text(polled);
            } finally {
                bytes.endUse();
            }
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "One has seen the other.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both have; the loop looks twice.")
    @Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The reader waits for what is there.")
    @State
    public static class WaitAgainstArrival {
        private final LendableQueue bytes = new LendableQueue();
        private final ScriptedTransport transport = new ScriptedTransport();
        private volatile boolean isWaiting;

        public WaitAgainstArrival() {
            bytes.lend();
        }

        @Actor
        public void reader(ZZ_Result r) {
            int lending = bytes.tryUse();
            boolean isEmpty = bytes.inUse().isEmpty();
            bytes.endUse();
            isWaiting = isEmpty;
            r.r1 = !isEmpty || !bytes.isUnchangedSince(lending);
        }

        @Actor
        public void loop(ZZ_Result r) {
            bytes.append(transport.chunk("a"));
            r.r2 = isWaiting;
        }
    }

    @JCStressTest
    @Outcome(
            id = {"true, false", "false, true"},
            expect = Expect.ACCEPTABLE,
            desc = "One has seen the other.")
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "Both have; the loop looks twice.")
    @Outcome(id = "false, false", expect = Expect.FORBIDDEN, desc = "The reader waits for what another one has left.")
    @State
    public static class WaitAgainstTakingBack {
        private final LendableQueue bytes = new LendableQueue();
        private final ScriptedTransport transport = new ScriptedTransport();
        private volatile boolean isWaiting;
        private final int lending;

        public WaitAgainstTakingBack() {
            bytes.lend();
            lending = bytes.tryUse();
            bytes.endUse();
        }

        @Actor
        public void reader(ZZ_Result r) {
            isWaiting = true;
            r.r1 = !bytes.isUnchangedSince(lending);
        }

        @Actor
        public void loop(ZZ_Result r) {
            bytes.append(transport.chunk("a"));
            boolean isSeen = isWaiting;
            r.r2 = (bytes.tryOwn() && isWaiting)
                    || isSeen; // what follows an arrival, an end or a read of the loop's own
        }
    }
}
