package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.nettystreams.Lifecycle.Event;
import dev.nettystreams.Lifecycle.State;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The whole state machine, written out: each state and event, and the refusal of a write in each state. */
class LifecycleTest {
    /** Every move; an event that is not listed for a state is refused and does not change the state. */
    private static final String MOVES = """
            OPEN WRITE_EOF -> OUTPUT_ENDED
            OPEN CLOSE -> CLOSING
            OPEN ABORT -> ABORTING
            OPEN DETACH -> DETACHING
            OPEN START_TLS -> SECURING
            OPEN WRITE_FILE -> WRITING_FILE
            OPEN LOST -> BROKEN
            OUTPUT_ENDED CLOSE -> CLOSING
            OUTPUT_ENDED ABORT -> ABORTING
            OUTPUT_ENDED LOST -> BROKEN_BEHIND_EOF
            CLOSING ABORT -> ABORTING
            CLOSING LOST -> CLOSED
            CUT_SHORT ABORT -> ABORTING
            CUT_SHORT LOST -> CLOSED
            ABORTING LOST -> ABORTED
            DETACHING CLOSE -> CUT_SHORT
            DETACHING ABORT -> ABORTING
            DETACHING HAND_OVER -> DETACHED
            DETACHING GIVE_UP -> DETACH_FAILED
            DETACHING LOST -> DETACH_FAILED
            DETACH_FAILED ABORT -> ABORTED
            SECURING CLOSE -> CUT_SHORT
            SECURING ABORT -> ABORTING
            SECURING SECURED -> OPEN
            SECURING GIVE_UP -> TLS_FAILED
            SECURING LOST -> TLS_FAILED
            TLS_FAILED ABORT -> ABORTED
            WRITING_FILE CLOSE -> CLOSING
            WRITING_FILE ABORT -> ABORTING
            WRITING_FILE FILE_ENDED -> OPEN
            WRITING_FILE LOST -> BROKEN
            BROKEN CLOSE -> CLOSED
            BROKEN ABORT -> ABORTED
            BROKEN_BEHIND_EOF CLOSE -> CLOSED
            BROKEN_BEHIND_EOF ABORT -> ABORTED
            """;

    /** The events that lead to each state. */
    private static final Map<State, List<Event>> PATHS = new EnumMap<>(Map.ofEntries(
            Map.entry(State.OPEN, List.of()),
            Map.entry(State.OUTPUT_ENDED, List.of(Event.WRITE_EOF)),
            Map.entry(State.CLOSING, List.of(Event.CLOSE)),
            Map.entry(State.CUT_SHORT, List.of(Event.START_TLS, Event.CLOSE)),
            Map.entry(State.CLOSED, List.of(Event.CLOSE, Event.LOST)),
            Map.entry(State.ABORTING, List.of(Event.ABORT)),
            Map.entry(State.ABORTED, List.of(Event.ABORT, Event.LOST)),
            Map.entry(State.DETACHING, List.of(Event.DETACH)),
            Map.entry(State.DETACHED, List.of(Event.DETACH, Event.HAND_OVER)),
            Map.entry(State.DETACH_FAILED, List.of(Event.DETACH, Event.GIVE_UP)),
            Map.entry(State.SECURING, List.of(Event.START_TLS)),
            Map.entry(State.TLS_FAILED, List.of(Event.START_TLS, Event.GIVE_UP)),
            Map.entry(State.WRITING_FILE, List.of(Event.WRITE_FILE)),
            Map.entry(State.BROKEN, List.of(Event.LOST)),
            Map.entry(State.BROKEN_BEHIND_EOF, List.of(Event.WRITE_EOF, Event.LOST))));

    private static final Map<State, String> REFUSALS = new EnumMap<>(Map.ofEntries(
            Map.entry(State.OPEN, "taken"),
            Map.entry(State.OUTPUT_ENDED, "write() called after writeEof()"),
            Map.entry(State.CLOSING, "write() called after close()"),
            Map.entry(State.CUT_SHORT, "write() called after close()"),
            Map.entry(State.CLOSED, "write() called after close()"),
            Map.entry(State.ABORTING, "write() called after abort()"),
            Map.entry(State.ABORTED, "write() called after abort()"),
            Map.entry(State.DETACHING, "write() called after detach()"),
            Map.entry(State.DETACHED, "write() called after detach()"),
            Map.entry(State.DETACH_FAILED, "write() called after detach()"),
            Map.entry(State.SECURING, "write() called during startTls()"),
            Map.entry(State.WRITING_FILE, "write() called during writeFile()"),
            Map.entry(State.TLS_FAILED, "write() called after startTls() had failed"),
            Map.entry(State.BROKEN, "taken"),
            Map.entry(State.BROKEN_BEHIND_EOF, "write() called after writeEof()")));

    private static final Set<State> LIVE = EnumSet.of(
            State.OPEN, State.OUTPUT_ENDED, State.DETACHING, State.DETACHED, State.SECURING, State.WRITING_FILE);

    @Test
    void moves_areTheseAndNoOthers() {
        StringBuilder moves = new StringBuilder();
        for (State from : State.values()) {
            for (Event event : Event.values()) {
                Lifecycle lifecycle = in(from);
                State before = lifecycle.move(event);
                if (before == null) {
                    assertThat(lifecycle.state())
                            .as("%s was refused in %s", event, from)
                            .isEqualTo(from);
                } else {
                    assertThat(before).as("the state before %s", event).isEqualTo(from);
                    moves.append("%s %s -> %s\n".formatted(from, event, lifecycle.state()));
                }
            }
        }
        assertThat(moves).hasToString(MOVES);
    }

    @Test
    void writes_areRefused_andToldAfterWhichCall() {
        Map<State, String> told = new EnumMap<>(State.class);
        Map<State, Boolean> refused = new EnumMap<>(State.class);
        for (State state : State.values()) {
            Throwable refusal = catchThrowable(() -> in(state).refuseWrite("write"));
            told.put(state, refusal == null ? "taken" : refusal.getMessage());
            refused.put(state, in(state).refusesWrites());
            assertThat(refusal instanceof StreamClosedException)
                    .as("misuse in %s", state)
                    .isEqualTo(refusal != null && state != State.SECURING && state != State.WRITING_FILE);
        }
        assertThat(told).isEqualTo(REFUSALS);
        assertThat(refused)
                .isEqualTo(REFUSALS.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, each -> !each.getValue().equals("taken"))));
    }

    @Test
    void questions_areAnsweredForEachState() {
        for (State state : State.values()) {
            assertThat(in(state).isClosing()).as("%s is closing", state).isEqualTo(!LIVE.contains(state));
            assertThat(in(state).isHandedOver())
                    .as("%s is handed over", state)
                    .isEqualTo(state == State.DETACHING || state == State.DETACHED);
            assertThat(state.isBroken())
                    .as("%s is broken", state)
                    .isEqualTo(state == State.BROKEN || state == State.BROKEN_BEHIND_EOF);
        }
    }

    private static Lifecycle in(State state) {
        Lifecycle lifecycle = new Lifecycle();
        for (Event event : PATHS.get(state)) {
            assertThat(lifecycle.move(event)).isNotNull();
        }
        assertThat(lifecycle.state()).isEqualTo(state);
        return lifecycle;
    }

    @Test
    void connectionWithoutAnOutput_refusesWritesInItsOwnWords() {
        Lifecycle lifecycle = new Lifecycle("/run/in is not open for writing");
        assertThat(lifecycle.state()).isEqualTo(State.OUTPUT_ENDED);
        assertThat(catchThrowable(() -> lifecycle.refuseWrite("write")))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("write() refused: /run/in is not open for writing");
        lifecycle.move(Event.LOST);
        assertThat(catchThrowable(() -> lifecycle.refuseWrite("writeOwned")))
                .hasMessage("writeOwned() refused: /run/in is not open for writing");
        lifecycle.move(Event.CLOSE);
        assertThat(catchThrowable(() -> lifecycle.refuseWrite("write"))).hasMessage("write() called after close()");
    }
}
