package dev.nettystreams;

/**
 * The work that one connection may do in one turn of its loop.
 *
 * <p>An operation completes at once if its result is available. A program that chains such operations recurses
 * ({@code thenCompose}) or loops ({@code while}) as long as there is data: the first overflows the stack within a few
 * thousand steps, the second starves the loop's other connections. Therefore, after {@value #STEPS_PER_TURN} steps, an
 * operation completes in a later task of the loop even if its result is available. The number is small enough for any
 * stack, and large enough to make the cost of the task per step negligible.
 *
 * <p>Confined to the connection's loop.
 */
final class Turns {
    static final int STEPS_PER_TURN = 256;

    private int stepsLeft = STEPS_PER_TURN;

    /** A task of the loop has started; no frame of this connection is on its stack. */
    void begin() {
        stepsLeft = STEPS_PER_TURN;
    }

    /** Takes a step of this turn; returns false if none is left and the operation must complete in a later turn. */
    boolean takeStep() {
        return --stepsLeft >= 0;
    }
}
