package dev.nettystreams;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLLL_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * A claimable future has one winner, and a thread parked for it wakes up, whichever party wins. A waiter that is not
 * woken shows up as a run that does not end in time.
 */
public final class ClaimableStress {
    private ClaimableStress() {}

    private static boolean isDoneAfterPark(Claimable<?> future) {
        try {
            return future.park();
        } catch (InterruptedException e) {
            throw new AssertionError(e); // no thread interrupts
        }
    }

    @JCStressTest
    @Outcome(id = "true, 42", expect = Expect.ACCEPTABLE, desc = "The waiter wakes and sees the value.")
    @State
    public static class ParkAgainstSucceed {
        private final Claimable<Integer> future = new Claimable<>();

        @Actor
        public void waiter(LL_Result r) {
            r.r1 = isDoneAfterPark(future);
            r.r2 = future.getNow(0);
        }

        @Actor
        public void loop() {
            if (future.claim()) {
                future.succeed(42);
            }
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "The waiter wakes and sees that it was cancelled.")
    @State
    public static class ParkAgainstCancel {
        private final Claimable<Integer> future = new Claimable<>();

        @Actor
        public void waiter(LL_Result r) {
            r.r1 = isDoneAfterPark(future);
            r.r2 = future.isCancelled();
        }

        @Actor
        public void holder() {
            future.cancel(false);
        }
    }

    @JCStressTest
    @Outcome(id = "true, false, 42, false", expect = Expect.ACCEPTABLE, desc = "The loop wins.")
    @Outcome(id = "false, true, cancelled, false", expect = Expect.ACCEPTABLE, desc = "The holder wins.")
    @State
    public static class CancelAgainstSucceed {
        private final Claimable<Integer> future = new Claimable<>();

        @Actor
        public void loop(LLLL_Result r) {
            boolean isOurs = future.claim();
            if (isOurs) {
                future.succeed(42);
            }
            r.r1 = isOurs;
        }

        @Actor
        public void holder(LLLL_Result r) {
            r.r2 = future.cancel(false);
        }

        @Arbiter
        public void afterwards(LLLL_Result r) {
            r.r3 = future.isCancelled() ? "cancelled" : future.getNow(0);
            r.r4 = future.claim();
        }
    }
}
