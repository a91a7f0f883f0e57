package dev.nettystreams;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What this side has asked of the connection, and whether the connection is still there.
 *
 * <pre>
 *              writeEof              close               lost
 *      OPEN ------------> OUTPUT_ENDED -------> CLOSING ---------> CLOSED
 *       | \___________________close____________/   |                 ^
 *       |  \_______abort (from any of the three)___|--> ABORTING ----/ lost
 *       |   \______detach--> DETACHING --handed over--> DETACHED
 *       |                        \___close, abort--> ABORTING;  lost--> BROKEN
 *       |    \____startTls--> SECURING --secured--> OPEN
 *       |                        \___close, abort--> ABORTING;  lost--> BROKEN
 *       \________lost (from OPEN, OUTPUT_ENDED)--> BROKEN --close, abort--> CLOSED
 * </pre>
 *
 * An event that the table does not have for a state is ignored where the event may come late or twice ({@link #move} says false).
 * What the states mean for a caller is in {@link #refuseWrite}: those this side has asked for throw, those that befell it don't,
 * because the loss is reported by what waits.
 *
 * <p>Moved by any thread; each move is atomic.
 */
final class Lifecycle {
    enum State {
        OPEN,
        OUTPUT_ENDED,
        CLOSING,
        ABORTING,
        DETACHING,
        DETACHED,
        SECURING,
        BROKEN,
        CLOSED
    }

    enum Event {
        WRITE_EOF,
        CLOSE,
        ABORT,
        DETACH,
        HAND_OVER,
        START_TLS,
        SECURED,
        LOST
    }

    private static final Map<State, Map<Event, State>> MOVES = new EnumMap<>(State.class);

    static {
        move(State.OPEN, Event.WRITE_EOF, State.OUTPUT_ENDED);
        move(State.OPEN, Event.CLOSE, State.CLOSING);
        move(State.OPEN, Event.ABORT, State.ABORTING);
        move(State.OPEN, Event.DETACH, State.DETACHING);
        move(State.OPEN, Event.START_TLS, State.SECURING);
        move(State.OPEN, Event.LOST, State.BROKEN);
        move(State.OUTPUT_ENDED, Event.CLOSE, State.CLOSING);
        move(State.OUTPUT_ENDED, Event.ABORT, State.ABORTING);
        move(State.OUTPUT_ENDED, Event.LOST, State.BROKEN);
        move(State.DETACHING, Event.HAND_OVER, State.DETACHED);
        move(State.DETACHING, Event.CLOSE, State.ABORTING);
        move(State.DETACHING, Event.ABORT, State.ABORTING);
        move(State.DETACHING, Event.LOST, State.BROKEN);
        move(State.SECURING, Event.SECURED, State.OPEN);
        move(State.SECURING, Event.CLOSE, State.ABORTING);
        move(State.SECURING, Event.ABORT, State.ABORTING);
        move(State.SECURING, Event.LOST, State.BROKEN);
        move(State.CLOSING, Event.ABORT, State.ABORTING);
        move(State.CLOSING, Event.LOST, State.CLOSED);
        move(State.ABORTING, Event.LOST, State.CLOSED);
        move(State.BROKEN, Event.CLOSE, State.CLOSED);
        move(State.BROKEN, Event.ABORT, State.CLOSED);
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

    private static void move(State from, Event event, State to) {
        MOVES.computeIfAbsent(from, any -> new EnumMap<>(Event.class)).put(event, to);
    }

    State state() {
        return state.get();
    }

    /**
     * Makes the move if there is one.
     *
     * @return the state before, or null when the event means nothing now
     */
    @Nullable
    State move(Event event) {
        for (; ; ) {
            State before = state.get();
            State after = MOVES.getOrDefault(before, Map.of()).get(event);
            if (after == null) {
                return null;
            }
            if (state.compareAndSet(before, after)) {
                return before;
            }
        }
    }

    boolean isClosing() {
        return switch (state.get()) {
            case OPEN, OUTPUT_ENDED, DETACHING, DETACHED, SECURING -> false;
            case CLOSING, ABORTING, BROKEN, CLOSED -> true;
        };
    }

    /** Whether the streams have been given up for another owner of the wire. */
    boolean isHandedOver() {
        State now = state.get();
        return now == State.DETACHING || now == State.DETACHED;
    }

    /** Whether {@link #refuseWrite} throws now. */
    boolean refusesWrites() {
        State now = state.get();
        return now != State.OPEN && now != State.BROKEN;
    }

    /**
     * @throws StreamClosedException if this side has ended the output
     * @throws IllegalStateException during {@code startTls}
     */
    void refuseWrite(String method) {
        switch (state.get()) {
            case OPEN, BROKEN -> {}
            case OUTPUT_ENDED -> throw new StreamClosedException(method + "() called after writeEof()");
            case CLOSING, CLOSED -> throw new StreamClosedException(method + "() called after close()");
            case ABORTING -> throw new StreamClosedException(method + "() called after abort()");
            case DETACHING, DETACHED -> throw new StreamClosedException(method + "() called after detach()");
            case SECURING -> throw duringStartTls(method);
        }
    }

    static IllegalStateException duringStartTls(String method) {
        return new IllegalStateException(method + "() called during startTls()");
    }
}
