package dev.nettystreams.carrier;

import dev.nettystreams.testing.ManualLoop;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** An interrupt that is sent while the code that it is for ends has met that code, or is taken back. */
public final class InterruptsStress {
    private InterruptsStress() {}

    /** The deadline of steps against their end. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The deadline was first.")
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "The steps were.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An interrupt is left behind.")
    @State
    public static class EndAgainstDeadline {
        private volatile InterruptScope scope;

        @Actor
        public void steps(ZZ_Result r) {
            InterruptScope own = Interrupts.ofCallerOrNew().beginScope(0);
            scope = own;
            r.r1 = own.close() != InterruptScope.End.IN_TIME;
            r.r2 = Thread.interrupted();
        }

        @Actor
        public void timer() {
            InterruptScope seen = scope;
            if (seen != null) {
                seen.interrupt();
            }
        }
    }

    /** A cancellation against steps that begin and end, and whose deadline has passed. */
    @JCStressTest
    @Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "The cancellation is still to be seen.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "The steps have taken it back with their own interrupt.")
    @State
    public static class CancelAgainstDeadline {
        private final Interrupts own = new Interrupts();
        private volatile boolean isSent;

        @Actor
        public void steps(Z_Result r) {
            own.bind(Thread.currentThread());
            own.adoptCaller();
            InterruptScope scope = own.beginScope(0);
            scope.interrupt();
            scope.close();
            while (!isSent) {
                Thread.onSpinWait();
            }
            r.r1 = Thread.interrupted();
        }

        @Actor
        public void canceller() {
            own.send(Interrupts.Sender.CANCELLED);
            isSent = true;
        }
    }

    /** The pin watch against the end of the wait that it has seen. */
    @JCStressTest
    @Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "No interrupt, or one that was taken back.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "An interrupt or its reason is left behind, or meets the next wait.")
    @State
    public static class EndOfWaitAgainstWatch {
        private final Interrupts own = new Interrupts();
        private volatile int seen;

        @Actor
        public void waiter(ZZ_Result r) {
            own.bind(Thread.currentThread());
            own.adoptCaller();
            own.beCarriedBy(new LoopCarrier(new ManualLoop()));
            try {
                int wait = own.beginWait();
                seen = wait;
                own.endWait(wait, false);
                r.r1 = own.hasReason();
                int next = own.beginWait();
                own.endWait(next, false);
                r.r2 = Thread.interrupted() || own.hasReason();
            } catch (InterruptedException e) {
                r.r2 = true;
            }
        }

        @Actor
        public void watch() {
            own.interruptPinned(seen);
        }
    }

    /** A cancellation against the start of the thread that it is for. */
    @JCStressTest
    @Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "One interrupt.")
    @Outcome(expect = Expect.FORBIDDEN, desc = "None, or a second one behind the first.")
    @State
    public static class StartAgainstCancel {
        private final Interrupts own = new Interrupts();
        private volatile boolean isSent;

        @Actor
        public void thread(ZZ_Result r) {
            own.bind(Thread.currentThread());
            while (!Thread.interrupted()) {
                Thread.onSpinWait();
            }
            r.r1 = true;
            while (!isSent) {
                Thread.onSpinWait();
            }
            r.r2 = Thread.interrupted();
        }

        @Actor
        public void canceller() {
            own.send(Interrupts.Sender.CANCELLED);
            isSent = true;
        }
    }
}
