package dev.nettystreams;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The state of a connection: the calls that this side has made to end or to convert it, and whether it still exists.
 *
 * <pre>
 *              writeEof              close               lost
 *      OPEN ------------> OUTPUT_ENDED -------> CLOSING ---------> CLOSED
 *       |    \___________________close____________/  |
 *       |     \______abort (from any of the three)___|--> ABORTING --lost--> ABORTED
 *       |______detach--> DETACHING --handed over--> DETACHED
 *       |                        \__given up, lost--> DETACH_FAILED --abort--> ABORTED
 *       |______startTls--> SECURING --secured--> OPEN
 *       |                        \__given up, lost--> TLS_FAILED --abort--> ABORTED
 *       |______writeFile--> WRITING_FILE --file ended--> OPEN;  --close--> CLOSING;  --abort--> ABORTING
 *       |                               \__lost--> BROKEN
 *       |                DETACHING, SECURING --close--> CUT_SHORT --lost--> CLOSED;  --abort--> ABORTING
 *       |______lost--> BROKEN --close--> CLOSED;  --abort--> ABORTED
 *                 OUTPUT_ENDED --lost--> BROKEN_BEHIND_EOF, and then the same
 * </pre>
 *
 * {@link #move} returns null if the table has no move for an event: the event came late, or twice. {@link #refuseWrite}
 * shows the meaning of each state for a caller: in a state that a call of this side has caused, a write throws, and the
 * exception names that call. After a loss a write does not throw, because drain, flush and waitClosed report the loss.
 *
 * <h2>How the machines of a connection couple</h2>
 *
 * Lifecycle decides which calls may begin. {@link Input} and {@link Output} decide how waiting calls end; either may
 * end before Lifecycle moves, and never opens again. The transport knows the wire, and none of the three.
 *
 * <pre>
 *   event             | Lifecycle       | Input             | Output, CrossThreadWrites | transport
 *   ------------------+-----------------+-------------------+---------------------------+----------------------------
 *   writeEof          | OUTPUT_ENDED    |                   | sealed                    | ends its output behind all
 *   close             | CLOSING         | ended             | sealed                    | finishes (behind a file),
 *                     |                 |                   |                           |   then drops input
 *   abort             | ABORTING        | failed, if not    | failed                    | aborts
 *                     |                 |   ended           |                           |
 *   startTls          | SECURING        | occupied; paused  | suspended, then flushed   |
 *     flushed         |                 | emptied; reads    |                           | the TLS layer is inserted
 *     secured         | OPEN            | freed             | resumed                   |
 *     failed          | TLS_FAILED      | emptied, failed   | failed                    | aborts
 *   writeFile         | WRITING_FILE    |                   | suspended                 | sends the file's parts
 *     its end         | OPEN            |                   | resumed                   |
 *   detach            | DETACHING       | paused            | sealed, then flushed      |
 *     handed over     | DETACHED        | emptied, failed   | failed                    | gives up the channel
 *   the peer's end    |                 | ended             |                           | its input half has ended
 *   a write is lost   |                 |                   | failed                    | its output half has failed
 *   the wire is gone, | BROKEN, CLOSED, | failed, even if   | failed, if not yet        | closed
 *     with a cause    |   ABORTED,      |   ended before    |                           |
 *     without one     |   DETACH_FAILED,| failed or ended,  | failed, if not yet        | closed
 *                     |   TLS_FAILED    |   if not yet      |                           |
 * </pre>
 *
 * The row "with a cause" holds for a connection that this side has not begun to end; in any other state, the row below
 * it holds.
 *
 * <p>Three rules keep the machines consistent. The first failure of Output is the failure of the connection
 * ({@link Ending}). A task of the loop seals Output after the move that refuses writes, so a write on another thread is
 * either refused or sent. Input changes last, because it completes reads, whose callers may call any of the others.
 *
 * <p>Any thread; each move is atomic.
 */
final class Lifecycle {
    enum State {
        OPEN,
        OUTPUT_ENDED,
        CLOSING,
        CUT_SHORT,
        CLOSED,
        ABORTING,
        ABORTED,
        DETACHING,
        DETACHED,
        DETACH_FAILED,
        SECURING,
        TLS_FAILED,
        WRITING_FILE,
        BROKEN,
        BROKEN_BEHIND_EOF;

        /** Returns whether the connection was lost before this side closed or aborted it. */
        boolean isBroken() {
            return this == BROKEN || this == BROKEN_BEHIND_EOF;
        }
    }

    enum Event {
        WRITE_EOF,
        CLOSE,
        ABORT,
        DETACH,
        HAND_OVER,
        START_TLS,
        SECURED,
        WRITE_FILE,
        /** The file was sent, or its {@code writeFile} has failed or was called off. */
        FILE_ENDED,
        /** A {@code detach} or {@code startTls} has failed, so the streams end the connection. */
        GIVE_UP,
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
        move(State.OUTPUT_ENDED, Event.LOST, State.BROKEN_BEHIND_EOF);
        move(State.CLOSING, Event.ABORT, State.ABORTING);
        move(State.CLOSING, Event.LOST, State.CLOSED);
        move(State.CUT_SHORT, Event.ABORT, State.ABORTING);
        move(State.CUT_SHORT, Event.LOST, State.CLOSED);
        move(State.ABORTING, Event.LOST, State.ABORTED);
        move(State.DETACHING, Event.HAND_OVER, State.DETACHED);
        move(State.DETACHING, Event.CLOSE, State.CUT_SHORT);
        move(State.DETACHING, Event.ABORT, State.ABORTING);
        move(State.DETACHING, Event.GIVE_UP, State.DETACH_FAILED);
        move(State.DETACHING, Event.LOST, State.DETACH_FAILED);
        move(State.DETACH_FAILED, Event.ABORT, State.ABORTED);
        move(State.SECURING, Event.SECURED, State.OPEN);
        move(State.SECURING, Event.CLOSE, State.CUT_SHORT);
        move(State.SECURING, Event.ABORT, State.ABORTING);
        move(State.SECURING, Event.GIVE_UP, State.TLS_FAILED);
        move(State.SECURING, Event.LOST, State.TLS_FAILED);
        move(State.TLS_FAILED, Event.ABORT, State.ABORTED);
        move(State.OPEN, Event.WRITE_FILE, State.WRITING_FILE);
        move(State.WRITING_FILE, Event.FILE_ENDED, State.OPEN);
        move(State.WRITING_FILE, Event.CLOSE, State.CLOSING);
        move(State.WRITING_FILE, Event.ABORT, State.ABORTING);
        move(State.WRITING_FILE, Event.LOST, State.BROKEN);
        move(State.BROKEN, Event.CLOSE, State.CLOSED);
        move(State.BROKEN, Event.ABORT, State.ABORTED);
        move(State.BROKEN_BEHIND_EOF, Event.CLOSE, State.CLOSED);
        move(State.BROKEN_BEHIND_EOF, Event.ABORT, State.ABORTED);
    }

    private final AtomicReference<State> state;

    /** Why there is no output, or null. */
    private final @Nullable String outputRefusal;

    Lifecycle() {
        this(null);
    }

    /** @param outputRefusal why the connection has no output, or null; without one it begins as OUTPUT_ENDED */
    Lifecycle(@Nullable String outputRefusal) {
        this.outputRefusal = outputRefusal;
        this.state = new AtomicReference<>(outputRefusal == null ? State.OPEN : State.OUTPUT_ENDED);
    }

    private static void move(State from, Event event, State to) {
        MOVES.computeIfAbsent(from, any -> new EnumMap<>(Event.class)).put(event, to);
    }

    State state() {
        return state.get();
    }

    /**
     * Makes the move that the table has for an event.
     *
     * @return the state before the move, or null if there is no move
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
            case OPEN, OUTPUT_ENDED, DETACHING, DETACHED, SECURING, WRITING_FILE -> false;
            case CLOSING, CUT_SHORT, CLOSED, ABORTING, ABORTED, DETACH_FAILED, TLS_FAILED, BROKEN, BROKEN_BEHIND_EOF ->
                true;
        };
    }

    /** Returns whether neither side has ended the connection, though this side may have ended its output. */
    boolean isOpen() {
        State now = state.get();
        return now == State.OPEN || now == State.OUTPUT_ENDED;
    }

    /** Returns whether the streams give the wire to another owner, or have done so. */
    boolean isHandedOver() {
        State now = state.get();
        return now == State.DETACHING || now == State.DETACHED;
    }

    /** Returns whether {@link #refuseWrite} throws now. */
    boolean refusesWrites() {
        State now = state.get();
        return now != State.OPEN && now != State.BROKEN;
    }

    /**
     * @throws StreamClosedException if this side has ended the output, or its {@code startTls} has failed
     * @throws IllegalStateException during {@code startTls} or {@code writeFile}
     */
    void refuseWrite(String method) {
        switch (state.get()) {
            case OPEN, BROKEN -> {}
            case OUTPUT_ENDED, BROKEN_BEHIND_EOF ->
                throw outputRefusal == null
                        ? calledAfter(method, "writeEof()")
                        : new StreamClosedException(method + "() refused: " + outputRefusal);
            case CLOSING, CUT_SHORT, CLOSED -> throw calledAfter(method, "close()");
            case ABORTING, ABORTED -> throw calledAfter(method, "abort()");
            case DETACHING, DETACHED, DETACH_FAILED -> throw calledAfter(method, "detach()");
            case TLS_FAILED -> throw calledAfter(method, "startTls() had failed");
            case SECURING -> throw calledDuring(method, "startTls()");
            case WRITING_FILE -> throw calledDuring(method, "writeFile()");
        }
    }

    private static StreamClosedException calledAfter(String method, String what) {
        return new StreamClosedException(method + "() called after " + what);
    }

    private static IllegalStateException calledDuring(String method, String what) {
        return new IllegalStateException(method + "() called during " + what);
    }

    /** Throws if a {@code startTls} or {@code writeFile} must end first. */
    void refuseDuringOtherCall(String method) {
        State now = state.get();
        if (now == State.SECURING || now == State.WRITING_FILE) {
            refuseWrite(method);
        }
    }

    /** Returns the refusal of a write that met the beginning of such a call, which may have ended since. */
    IllegalStateException metOtherCall(String method) {
        return calledDuring(method, state.get() == State.SECURING ? "startTls()" : "writeFile()");
    }
}
