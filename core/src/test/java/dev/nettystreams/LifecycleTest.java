package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Lifecycle.Event;
import dev.nettystreams.Lifecycle.State;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifecycleTest {
    private static final List<List<Event>> PATHS = List.of(
            List.of(),
            List.of(Event.WRITE_EOF),
            List.of(Event.CLOSE),
            List.of(Event.ABORT),
            List.of(Event.DETACH),
            List.of(Event.DETACH, Event.HAND_OVER),
            List.of(Event.START_TLS),
            List.of(Event.LOST),
            List.of(Event.CLOSE, Event.LOST));

    @Test
    void paths_reachEveryState() {
        Set<State> reached = EnumSet.noneOf(State.class);
        PATHS.forEach(path -> reached.add(after(path).state()));
        assertThat(reached).isEqualTo(EnumSet.allOf(State.class));
    }

    @Test
    void endedStates_ignoreEverything() {
        for (List<Event> path : List.of(List.of(Event.DETACH, Event.HAND_OVER), List.of(Event.CLOSE, Event.LOST))) {
            for (Event event : Event.values()) {
                Lifecycle lifecycle = after(path);
                State before = lifecycle.state();
                assertThat(lifecycle.move(event)).as("%s in %s", event, before).isNull();
                assertThat(lifecycle.state()).isEqualTo(before);
            }
        }
    }

    @Test
    void lostAndAbort_meanSomethingInEveryLiveState() {
        for (List<Event> path : List.of(
                List.<Event>of(),
                List.of(Event.WRITE_EOF),
                List.of(Event.CLOSE),
                List.of(Event.DETACH),
                List.of(Event.START_TLS))) {
            assertThat(after(path).move(Event.LOST)).isNotNull();
            assertThat(after(path).move(Event.ABORT)).isNotNull();
        }
    }

    @Test
    void writeEof_afterClose_meansNothing() {
        assertThat(after(List.of(Event.CLOSE)).move(Event.WRITE_EOF)).isNull();
    }

    @Test
    void secured_isOpen_asBefore() {
        assertThat(after(List.of(Event.START_TLS, Event.SECURED)).state()).isEqualTo(State.OPEN);
    }

    private static Lifecycle after(List<Event> path) {
        Lifecycle lifecycle = new Lifecycle();
        path.forEach(event -> assertThat(lifecycle.move(event)).isNotNull());
        return lifecycle;
    }
}
