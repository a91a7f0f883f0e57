package dev.nettystreams;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** Bytes that the loop has lent come once and in their order, whoever takes them. */
public final class LendableQueueStress {
    private LendableQueueStress() {}

    @JCStressTest
    @Outcome(id = ", abc, abc", expect = Expect.ACCEPTABLE, desc = "The loop has it back before anything is read.")
    @Outcome(id = "a, bc, abc", expect = Expect.ACCEPTABLE, desc = "One byte was read from what was lent.")
    @Outcome(id = "ab, c, abc", expect = Expect.ACCEPTABLE, desc = "All that was lent was read.")
    @Outcome(
            id = {", , abc", "a, , abc", "ab, , abc"},
            expect = Expect.ACCEPTABLE,
            desc = "The loop came at a bad moment.")
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
            try {
                byte[] polled = bytes.poll(new ReadRequest.Exactly(1), () -> {});
                return polled == null ? "" : text(polled);
            } catch (IOException e) {
                throw new AssertionError(e); // no end of input
            }
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
