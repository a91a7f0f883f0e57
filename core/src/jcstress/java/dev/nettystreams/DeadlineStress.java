package dev.nettystreams;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Steps that come to their end as their time does are interrupted or are not; an interrupt that met nobody is taken back. */
public final class DeadlineStress {
    private DeadlineStress() {}

    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The time was over first.")
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "The steps were.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An interrupt is left behind.")
    @State
    public static class EndAgainstExpiry {
        private volatile Deadline deadline;

        @Actor
        public void steps(ZZ_Result r) {
            Deadline own = new Deadline(Thread.currentThread(), Duration.ZERO);
            deadline = own;
            r.r1 = own.end();
            r.r2 = Thread.interrupted();
        }

        @Actor
        public void timer() {
            Deadline seen = deadline;
            if (seen != null) {
                seen.expire();
            }
        }
    }
}
