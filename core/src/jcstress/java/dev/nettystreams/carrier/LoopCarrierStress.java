package dev.nettystreams.carrier;

import dev.nettystreams.testing.ManualLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A continuation that another thread has made ready runs on the loop, and runs once, however close the loop is to
 * having no more to do.
 */
public final class LoopCarrierStress {
    private LoopCarrierStress() {}

    /** Two actors, so that it runs on two processors: one of the foreign threads is the loop afterwards. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Both have run once.")
    @State
    public static class TwoFromElsewhere {
        private final ManualLoop loop = new ManualLoop();
        private final LoopCarrier carrier = new LoopCarrier(loop);
        private int firstRuns; // confined to the loop, as the next one
        private int secondRuns;

        @Actor
        public void elsewhere() {
            carrier.execute(() -> firstRuns++);
        }

        @Actor
        public void elsewhereThenLoop() {
            carrier.execute(() -> secondRuns++);
            loop.runReady();
        }

        @Arbiter
        public void afterwards(II_Result r) {
            loop.runReady();
            r.r1 = firstRuns;
            r.r2 = secondRuns;
        }
    }
}
