package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.flight.Flight;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.support.AllocatedBytes;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** O1, O3: the probe of a connection, with every event off. */
class ConnectionProbeTest {
    private static final int ROUNDS = 40;
    private static final int EVENTS_PER_ROUND = 100;

    private final ScriptedTransport wire = new ScriptedTransport();
    private final ConnectionProbe probe = wire.connect().core().probe;

    @Test
    void eventsThatAreOff_allocateNothing() {
        assertThat(Flight.isAvailable()).isTrue();
        assertThat(Flight.isTimingLoops()).isFalse();
        AllocatedBytes allocated = AllocatedBytes.ofCaller();
        long[] byRound = new long[ROUNDS];
        wire.loop.run(() -> {
            for (int i = 0; i < ROUNDS; i++) {
                long before = allocated.soFar();
                for (int j = 0; j < EVENTS_PER_ROUND; j++) {
                    turnWithEverything();
                }
                byRound[i] = allocated.since(before);
            }
        });
        assertThat(AllocatedBytes.median(byRound)).isZero();
        assertThat(probe.metrics.bytesRead()).isEqualTo(ROUNDS * EVENTS_PER_ROUND);
        assertThat(probe.metrics.readsPaused()).isEqualTo(ROUNDS * EVENTS_PER_ROUND);
        assertThat(probe.metrics.drainsWaited()).isEqualTo(ROUNDS * EVENTS_PER_ROUND);
    }

    private void turnWithEverything() {
        probe.turnBegins();
        probe.metrics.read(1);
        probe.metrics.written(1);
        probe.readPaused(1);
        probe.readGoesOn("resumed");
        probe.drainWaits();
        probe.drainsDone("room");
        probe.flushWaits();
        probe.flushesDone("sent");
        probe.turnEnds();
    }

    /** A method that is not passed on would act on the counting transport itself. */
    @Test
    void countedTransport_passesEveryMethodOn() {
        List<String> own = Arrays.stream(CountedTransport.class.getDeclaredMethods())
                .map(ConnectionProbeTest::signature)
                .toList();
        assertThat(Arrays.stream(Transport.class.getMethods())
                        .filter(method -> !Modifier.isStatic(method.getModifiers()))
                        .map(ConnectionProbeTest::signature))
                .isNotEmpty()
                .isSubsetOf(own);
    }

    private static String signature(Method method) {
        return method.getName() + Arrays.toString(method.getParameterTypes());
    }
}
