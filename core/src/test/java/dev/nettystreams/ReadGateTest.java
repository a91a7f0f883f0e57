package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** R2, the gate alone. The limit is 4: paused above 8, resumed at 4. */
class ReadGateTest {
    private final ScriptedTransport wire = new ScriptedTransport();
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();

    private ReadGate gate(Executor onLoop) {
        StreamCore core = wire.connect().core();
        wire.calls.clear();
        return new ReadGate(wire, task -> onLoop.execute(() -> wire.loop.run(task)), core.probe, 4);
    }

    private void pause(ReadGate gate) {
        wire.loop.run(gate::pause);
    }

    @Test
    void resume_thatComesBehindANewPause_takesNoEffect() {
        ReadGate gate = gate(later::add);
        pause(gate);
        gate.taken(0);
        assertThat(gate.isPaused()).isFalse();
        pause(gate);
        assertThat(later).hasSize(1);
        later.remove().run();
        assertThat(wire.isPaused).isTrue();
        assertThat(wire.calls).doesNotContain("resumeReading");
        gate.aboutToWait();
        later.remove().run();
        assertThat(wire.isPaused).isFalse();
    }

    @Test
    void resume_ofAGateThatIsOpen_asksNobody() {
        ReadGate gate = gate(later::add);
        gate.taken(0);
        gate.aboutToWait();
        assertThat(later).isEmpty();
    }

    @Test
    void pause_ofAGateThatIsShut_asksNobody() {
        ReadGate gate = gate(Runnable::run);
        pause(gate);
        pause(gate);
        assertThat(wire.count("pauseReading")).isEqualTo(1);
    }

    /** Twice the limit does not fit into an int. */
    @Test
    void largestLimit_pausesNothing() {
        Bench bench = Bench.withReadLimit(Integer.MAX_VALUE / 2 + 1);
        bench.wire.feed("x");
        assertThat(bench.wire.isPaused).isFalse();
    }
}
