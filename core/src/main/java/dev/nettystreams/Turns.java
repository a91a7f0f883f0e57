package dev.nettystreams;

/**
 * How much one connection may do in one turn of its loop.
 *
 * <p>An operation whose answer is already there completes at once, so a program that chains such operations recurses
 * ({@code thenCompose}) or runs on ({@code while}) as long as there is data: the first overflows the stack within a few thousand
 * steps, the second starves the loop's other connections. After {@value #STEPS_PER_TURN} steps an operation therefore completes
 * by a task of the loop, whatever is there. Small enough for any stack, large enough that the task costs nothing per step.
 *
 * <p>Confined to the connection's loop.
 */
final class Turns {
    static final int STEPS_PER_TURN = 256;

    private int stepsLeft = STEPS_PER_TURN;

    /** A task of the loop has begun; nothing of this connection is on its stack. */
    void begin() {
        stepsLeft = STEPS_PER_TURN;
    }

    /** Takes a step of this turn; returns false if none is left, and the operation must complete in a later turn. */
    boolean takeStep() {
        return --stepsLeft >= 0;
    }
}
