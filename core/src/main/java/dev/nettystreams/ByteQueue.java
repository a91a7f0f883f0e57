package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes that no read has taken yet, oldest first. Bytes only: no future, no limit, no end of input.
 *
 * <pre>
 *            head                      tail
 *   |  taken  |  s c a n n e d | new     |  free  |
 *             0 ------------ scanned --- size
 * </pre>
 *
 * A search remembers how far it came and in which state its automaton was, so that a line that arrives a byte at a time costs
 * as much as one that arrives at once: every byte is examined once. Taking bytes forgets the search.
 *
 * <p>Memory: an empty queue holds none. Small arrays are lent by the loop's thread, which has one to spare ({@value #SPARE_BYTES} bytes), and go back
 * when the queue runs empty, so a loop with many connections that are mostly idle needs one. What does not fit gets an array that grows
 * by doubling; a large piece that is taken as it came is given away, and so copied once.
 *
 * <p>Confined to the connection's loop, or to whom that has lent it.
 */
final class ByteQueue {
    private static final int SPARE_BYTES = 1024;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final int NOT_FOUND = -1;
    private static final byte[] EMPTY = {};

    /** One to lend, or none while it is lent. Its thread lends; any thread gives back, and if two do at once, one array is lost. */
    private static final class Spare {
        private static final ThreadLocal<Spare> OF_THREAD = ThreadLocal.withInitial(Spare::new);
        private static final VarHandle ARRAY;

        static {
            try {
                ARRAY = MethodHandles.lookup().findVarHandle(Spare.class, "array", byte[].class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused") // by its handle
        private byte @Nullable [] array;

        byte[] lend() {
            byte[] lent = (byte[]) ARRAY.getAcquire(this);
            ARRAY.set(this, (byte[]) null);
            return lent == null ? new byte[SPARE_BYTES] : lent;
        }

        /** Whoever gives it back has looked at it for the last time, and that before. */
        void giveBack(byte[] lent) {
            ARRAY.setRelease(this, lent);
        }
    }

    private byte[] array = EMPTY;

    /** Who has lent the last one. It gets it back, though another thread may be the one to return it. */
    private @Nullable Spare lender;

    private int head;
    private int tail;

    private @Nullable Separators searched;
    private int scanned;
    private int automatonState;
    private int foundEnd = NOT_FOUND;
    private int foundLength;
    private long examinedByteCount;

    int size() {
        return tail - head;
    }

    boolean isEmpty() {
        return head == tail;
    }

    /** How much memory it holds; what keeps "an idle connection holds little" an executable promise. */
    int capacity() {
        return array.length;
    }

    /** How many bytes searches have looked at since the beginning; what keeps "linear" an executable promise. */
    long examinedByteCount() {
        return examinedByteCount;
    }

    void append(Chunk chunk) {
        int byteCount = chunk.remaining();
        makeRoom(byteCount);
        chunk.take(array, tail, byteCount);
        tail += byteCount;
    }

    /** Adds all bytes of another queue, which is then empty. */
    void append(ByteQueue later) {
        int byteCount = later.size();
        makeRoom(byteCount);
        System.arraycopy(later.array, later.head, array, tail, byteCount);
        tail += byteCount;
        later.drop(byteCount);
    }

    byte[] take(int byteCount) {
        if (byteCount == array.length && byteCount > 0) {
            byte[] all = array; // to the brim and wanted whole: the array itself, and no copy
            array = EMPTY;
            drop(byteCount);
            return all;
        }
        byte[] taken = peek(byteCount);
        drop(byteCount);
        return taken;
    }

    byte[] peek(int byteCount) {
        assert byteCount <= size();
        return byteCount == 0 ? EMPTY : Arrays.copyOfRange(array, head, head + byteCount);
    }

    void takeInto(ByteBuffer target, int byteCount) {
        assert byteCount <= size();
        target.put(array, head, byteCount);
        drop(byteCount);
    }

    void drop(int byteCount) {
        assert byteCount <= size();
        head += byteCount;
        forgetSearch();
        if (head == tail) {
            head = 0;
            tail = 0;
            giveBack();
        }
    }

    private void giveBack() {
        if (array.length == SPARE_BYTES) {
            Objects.requireNonNull(lender).giveBack(array);
        }
        array = EMPTY;
    }

    byte byteAt(int index) {
        return array[head + index];
    }

    /**
     * Finds the first end of a separator.
     *
     * @return how many bytes there are up to and including the separator that ends first, or -1 when none does yet
     */
    int indexAfter(Separators separators) {
        if (searched != separators) {
            searched = separators;
            scanned = 0;
            automatonState = 0;
            foundEnd = NOT_FOUND;
        }
        if (foundEnd == NOT_FOUND) {
            foundEnd = separators.isSingleByte() ? scanForByte(separators.singleByte()) : runAutomaton(separators);
            scanned = size();
        }
        return foundEnd;
    }

    private int scanForByte(byte wanted) {
        int from = head + scanned;
        int at = ByteScan.indexOf(array, from, tail, wanted);
        examinedByteCount += (at < 0 ? tail : at + 1) - from;
        return at < 0 ? NOT_FOUND : at + 1 - head;
    }

    private int runAutomaton(Separators separators) {
        int from = head + scanned;
        int state = automatonState;
        for (int i = from; i < tail; i++) {
            int next = separators.next(state, array[i]);
            if (separators.matchedLength(next) > 0) {
                examinedByteCount += i + 1 - from;
                foundLength = separators.matchedLength(next);
                return i + 1 - head;
            }
            state = next;
        }
        examinedByteCount += tail - from;
        automatonState = state;
        return NOT_FOUND;
    }

    /** The length of the separator that the last successful {@link #indexAfter} found. */
    int matchedLength(Separators separators) {
        return separators.isSingleByte() ? 1 : foundLength;
    }

    private void forgetSearch() {
        searched = null;
    }

    private void makeRoom(int byteCount) {
        if (byteCount <= array.length - tail) {
            return;
        }
        int size = size();
        int needed = size + byteCount;
        if (needed < 0 || needed > LARGEST_ARRAY) {
            throw new OutOfMemoryError(
                    "a read has gathered " + size + " bytes and an array cannot hold " + byteCount + " more");
        }
        byte[] roomy = needed <= array.length / 2 ? array : arrayFor(needed, size == 0);
        System.arraycopy(array, head, roomy, 0, size);
        array = roomy;
        head = 0;
        tail = size;
    }

    private byte[] arrayFor(int needed, boolean isFirst) {
        if (needed <= SPARE_BYTES) {
            lender = Spare.OF_THREAD.get();
            return lender.lend();
        }
        return new byte
                [isFirst ? needed : nextPowerOfTwo(needed)]; // often the first is taken whole before the next comes
    }

    /** Amortizes growth, and a burst of chunks finds room. */
    private static int nextPowerOfTwo(int needed) {
        int doubled = Integer.highestOneBit(needed - 1) << 1;
        return doubled < 0 ? LARGEST_ARRAY : doubled;
    }
}
