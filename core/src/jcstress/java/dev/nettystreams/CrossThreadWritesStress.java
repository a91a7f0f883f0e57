package dev.nettystreams;

import dev.nettystreams.CrossThreadWrites.AppendResult;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The writes of other threads are collected once, if the loop collects when an append has asked for it; or they are
 * refused.
 */
public final class CrossThreadWritesStress {
    private CrossThreadWritesStress() {}

    @JCStressTest
    @Outcome(id = "QUEUED, ab", expect = Expect.ACCEPTABLE, desc = "The collection that was due has both.")
    @Outcome(id = "QUEUED_FIRST, ab", expect = Expect.ACCEPTABLE, desc = "The second byte has a collection of its own.")
    @State
    public static class AppendAgainstCollect {
        private final CrossThreadWrites writes = new CrossThreadWrites(1 << 16);
        private final ScriptedTransport transport = new ScriptedTransport();
        private AppendResult second = AppendResult.CLOSED;

        public AppendAgainstCollect() {
            writes.append(new byte[] {'a'}, 0, 1); // for which the loop collects
        }

        @Actor
        public void writer() {
            second = writes.append(new byte[] {'b'}, 0, 1);
        }

        @Actor
        public void loop() {
            collect();
        }

        @Arbiter
        public void afterwards(LL_Result r) {
            if (second == AppendResult.QUEUED_FIRST) {
                collect();
            }
            r.r1 = second;
            r.r2 = transport.writtenText();
        }

        private void collect() {
            transport.loop.run(() -> writes.collectInto(transport));
        }
    }

    @JCStressTest
    @Outcome(id = "QUEUED_FIRST, 0", expect = Expect.ACCEPTABLE, desc = "The byte was taken in and dropped.")
    @Outcome(id = "CLOSED, 0", expect = Expect.ACCEPTABLE, desc = "The byte was refused.")
    @State
    public static class AppendAgainstDiscard {
        private final CrossThreadWrites writes = new CrossThreadWrites(1 << 16);

        @Actor
        public void writer(LI_Result r) {
            r.r1 = writes.append(new byte[] {'a'}, 0, 1);
        }

        @Actor
        public void loop() {
            writes.discard();
        }

        @Arbiter
        public void afterwards(LI_Result r) {
            r.r2 = writes.byteCount();
        }
    }
}
