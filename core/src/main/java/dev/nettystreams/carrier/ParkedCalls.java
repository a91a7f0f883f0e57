package dev.nettystreams.carrier;

import dev.nettystreams.spi.Block;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The deferred calls of carried threads. A carried thread must not call a transport; its calls wait here until it has
 * parked, and then the loop's own thread makes them in order ({@link #settle}). Consecutive small writes to one
 * connection are combined in one array; larger ones are copied once, into memory that the transport can send.
 *
 * <p>Confined to the loop's own thread and the threads that it carries.
 */
final class ParkedCalls {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final int GATHERED_BYTES = 8192;

    private final String loopName;
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
    private final ArrayDeque<Runnable> atPark = new ArrayDeque<>();

    private byte @Nullable [] gathered; // the latest writes, all to one connection
    private int gatheredCount;
    private @Nullable Outgoing gatheredFor; // the connection, or null if there are no such writes

    ParkedCalls(String loopName) {
        this.loopName = loopName;
    }

    /** The task must not throw. */
    void defer(Runnable task) {
        closeGathered();
        deferred.add(task);
    }

    /** The task must not throw. */
    void atNextPark(Runnable task) {
        atPark.addLast(task);
    }

    void callOff(Runnable task) {
        if (!atPark.isEmpty()) {
            atPark.removeLastOccurrence(task);
        }
    }

    void write(Outgoing target, byte[] source, int offset, int byteCount) {
        if (byteCount > GATHERED_BYTES) {
            Block copy = target.copyOf(source, offset, byteCount);
            defer(() -> target.deliver(copy));
            return;
        }
        if (!target.equals(gatheredFor) || gatheredCount + byteCount > GATHERED_BYTES) {
            closeGathered();
            gatheredFor = target;
        }
        byte[] room = gathered;
        if (room == null) {
            room = new byte[GATHERED_BYTES];
            gathered = room;
        }
        System.arraycopy(source, offset, room, gatheredCount, byteCount);
        gatheredCount += byteCount;
    }

    /** Moves the gathered bytes to the deferred calls, so that the next call comes after them. */
    private void closeGathered() {
        Outgoing target = gatheredFor;
        if (target != null) {
            byte[] copy = Arrays.copyOf(Objects.requireNonNull(gathered), gatheredCount);
            gatheredFor = null;
            gatheredCount = 0;
            deferred.add(() -> target.deliver(copy, copy.length));
        }
    }

    // ---- on the loop's own thread

    /** Makes all calls, including those that they add. */
    void settle() {
        for (boolean isMore = true; isMore; ) {
            try {
                isMore = settleNext();
            } catch (RuntimeException | Error e) { // the remaining calls must still be made
                LOGGER.log(Level.ERROR, "a task of the event loop " + loopName + " failed", e);
            }
        }
    }

    private boolean settleNext() {
        Runnable next = atPark.isEmpty() ? deferred.poll() : atPark.poll();
        if (next != null) {
            next.run();
        } else {
            deliver();
        }
        return !deferred.isEmpty() || gatheredFor != null || !atPark.isEmpty();
    }

    private void deliver() {
        Outgoing target = gatheredFor;
        if (target != null) {
            byte[] room = Objects.requireNonNull(gathered);
            int byteCount = gatheredCount;
            gatheredFor = null;
            gatheredCount = 0;
            gathered = null; // code that runs inside may write to another connection of the loop
            target.deliver(room, byteCount);
            if (gathered == null) {
                gathered = room;
            }
        }
    }
}
