package dev.nettystreams.carrier;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Calls of a carried thread that must not be made from it: they wait until it has parked, and are then made by the
 * loop's own thread, in their order. Small writes to one connection gather in one array.
 *
 * <p>Confined to the loop and the threads on it.
 */
final class ParkedCalls {
    private static final System.Logger LOGGER = System.getLogger("dev.nettystreams");
    private static final int GATHERED_BYTES = 8192;

    private final String loopName;
    private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
    private final ArrayDeque<Runnable> atPark = new ArrayDeque<>();

    private byte @Nullable [] gathered; // bytes written since the last settling, all to one connection
    private int gatheredCount;
    private @Nullable Outgoing gatheredFor; // null if none are gathered

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
            byte[] copy = Arrays.copyOfRange(source, offset, offset + byteCount);
            defer(() -> target.deliverOwned(ByteBuffer.wrap(copy)));
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

    /** The next call is to come behind the gathered bytes. */
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

    /** Makes all calls, those that they add among them. */
    void settle() {
        for (boolean isMore = true; isMore; ) {
            try {
                isMore = settleNext();
            } catch (RuntimeException | Error e) { // the calls behind it are still to be made
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
            gathered = null; // a handler below may write by another connection of the loop
            target.deliver(room, byteCount);
            if (gathered == null) {
                gathered = room;
            }
        }
    }
}
