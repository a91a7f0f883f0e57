package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The received bytes that no read has taken yet, oldest first. Only bytes: it knows no future, no limit and no end of
 * input.
 *
 * <pre>
 *            head                      tail
 *   |  taken  |  s c a n n e d | new     |  free  |   then large chunks in the transport's memory (HeldBlocks)
 *             0 ------------ scanned --- size
 * </pre>
 *
 * A search remembers its position and the state of its automaton, so every byte is examined once: a line that arrives
 * one byte at a time costs as much as one that arrives at once. Taking bytes resets the search.
 *
 * <p>Memory: an empty queue holds none. The loop's thread has a few spare arrays of {@value #SPARE_BYTES} bytes. It
 * lends one to a queue and gets it back when the queue is empty: at once if the loop itself runs the reader, later if a
 * thread elsewhere does. So a loop with many mostly idle connections needs only these.
 * More bytes need an array of their own, which grows by doubling. If one read takes exactly the whole array, it gets
 * the array itself, and its bytes are copied only once.
 *
 * <p>Confined to the connection's loop, or to the thread that has borrowed it.
 */
final class ByteQueue {
    private static final int SPARE_BYTES = 1024;
    private static final int HELD_BYTES = 8 * 1024;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final int NOT_FOUND = -1;
    private static final byte[] EMPTY = {};

    /**
     * The arrays that a thread has to lend. Only that thread lends; any thread returns. If two threads return an array
     * at once, one array may be lost, and a later queue gets a new one.
     */
    private static final class Spares {
        private static final int MOST = 16;
        private static final ThreadLocal<Spares> OF_THREAD = ThreadLocal.withInitial(Spares::new);
        private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(byte[][].class);

        private final byte[] @Nullable [] arrays = new byte[MOST][];

        byte[] lend() {
            for (int i = 0; i < MOST; i++) {
                byte[] spare = (byte[]) ELEMENT.getAcquire(arrays, i);
                if (spare != null) {
                    arrays[i] = null;
                    return spare;
                }
            }
            return new byte[SPARE_BYTES];
        }

        /** The caller must not touch the array after this call; the release store publishes its last reads. */
        void giveBack(byte[] lent) {
            for (int i = 0; i < MOST; i++) {
                if ((byte[]) ELEMENT.getOpaque(arrays, i) == null) {
                    ELEMENT.setRelease(arrays, i, lent);
                    return;
                }
            }
        }
    }

    private byte[] array = EMPTY;

    /** The lender of the current array. The array returns to it even if another thread gives it back. */
    private @Nullable Spares lender;

    private int head;
    private int tail;
    private @Nullable HeldBlocks held; // behind the bytes of the array

    private @Nullable Separators searched;
    private int scanned;
    private int automatonState;
    private int foundEnd = NOT_FOUND;
    private int foundLength;
    private long examinedByteCount;

    int size() {
        return tail - head + heldByteCount();
    }

    boolean isEmpty() {
        return size() == 0;
    }

    private int heldByteCount() {
        return held == null ? 0 : held.byteCount();
    }

    /**
     * Returns the size of the array that this queue holds; tests check with it that an idle connection holds little
     * memory.
     */
    int capacity() {
        return array.length;
    }

    /** Returns the number of bytes that searches have examined so far; tests check with it that searches are linear. */
    long examinedByteCount() {
        return examinedByteCount;
    }

    void append(Chunk chunk) {
        flatten();
        int byteCount = chunk.remaining();
        makeRoom(byteCount);
        chunk.take(array, tail, byteCount);
        tail += byteCount;
    }

    /**
     * Appends a chunk for which no read waits: keeps it in its own memory if it is large, and copies it if it is small,
     * without moving the held bytes before it.
     */
    void hold(Chunk chunk) {
        int byteCount = chunk.remaining();
        if (held != null && held.isFull()) {
            append(chunk);
        } else if (byteCount >= HELD_BYTES) {
            hold(chunk.takeBlock(byteCount));
        } else if (heldByteCount() > 0) {
            byte[] copy = new byte[byteCount];
            chunk.take(copy, 0, byteCount);
            hold(Block.of(ByteBuffer.wrap(copy)));
        } else {
            append(chunk);
        }
    }

    /** Appends a block, and takes it over. */
    void hold(Block block) {
        if (held == null) {
            held = new HeldBlocks();
        } else if (held.isFull()) {
            flatten();
        }
        held.add(block);
    }

    /** Appends all bytes of another queue and empties it. */
    void append(ByteQueue later) {
        int byteCount = later.tail - later.head;
        if (byteCount > 0) {
            flatten();
            makeRoom(byteCount);
            System.arraycopy(later.array, later.head, array, tail, byteCount);
            tail += byteCount;
            later.drop(byteCount);
        }
        if (later.held != null) {
            later.held.moveTo(this);
        }
    }

    /** Moves the held bytes into the array, and gives their memory back: for a search, or at the connection's end. */
    void flatten() {
        int byteCount = heldByteCount();
        if (held != null && byteCount > 0) {
            makeRoom(byteCount);
            held.take(array, tail, byteCount);
            tail += byteCount;
        }
    }

    byte[] take(int byteCount) {
        if (byteCount == array.length && byteCount == tail - head && byteCount > 0) {
            byte[] all = array; // full and taken whole: hand over the array without a copy
            array = EMPTY;
            drop(byteCount);
            return all;
        }
        if (byteCount <= tail - head) {
            byte[] taken = peek(byteCount);
            drop(byteCount);
            return taken;
        }
        byte[] taken = new byte[byteCount];
        takeInto(ByteBuffer.wrap(taken), byteCount);
        return taken;
    }

    /** Takes bytes with their memory, or a copy in an array of their own. */
    Block takeBlock(int mostByteCount) {
        Block block = held != null && head == tail ? held.takeFirst(mostByteCount) : null;
        if (block != null) {
            forgetSearch();
            return block;
        }
        int byteCount = Math.min(mostByteCount, head == tail ? size() : tail - head);
        return Block.of(ByteBuffer.wrap(take(byteCount)));
    }

    byte[] peek(int byteCount) {
        assert byteCount <= size();
        if (byteCount > tail - head) {
            byte[] copy = new byte[byteCount];
            System.arraycopy(array, head, copy, 0, tail - head);
            Objects.requireNonNull(held).peek(copy, tail - head);
            return copy;
        }
        return byteCount == 0 ? EMPTY : Arrays.copyOfRange(array, head, head + byteCount);
    }

    void takeInto(ByteBuffer target, int byteCount) {
        assert byteCount <= size();
        int fromArray = Math.min(byteCount, tail - head);
        target.put(array, head, fromArray);
        drop(fromArray);
        if (byteCount > fromArray && held != null) {
            held.take(target, byteCount - fromArray);
        }
    }

    void drop(int byteCount) {
        assert byteCount <= size();
        int fromArray = Math.min(byteCount, tail - head);
        if (byteCount > fromArray && held != null) {
            held.drop(byteCount - fromArray);
        }
        head += fromArray;
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
     * Finds the separator that ends first. Searches the array, so {@link #flatten} precedes it.
     *
     * @return the number of bytes up to and including that separator, or -1 if there is none yet
     */
    int indexAfter(Separators separators) {
        if (searched != separators) {
            searched = separators;
            scanned = 0;
            automatonState = 0;
            foundEnd = NOT_FOUND;
        }
        assert heldByteCount() == 0;
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

    /** Returns the length of the separator that the last successful {@link #indexAfter} found. */
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
        int size = tail - head;
        int needed = size + byteCount;
        if (needed < 0 || needed > LARGEST_ARRAY) {
            throw new OutOfMemoryError(
                    "a read has buffered " + size + " bytes and an array cannot hold " + byteCount + " more");
        }
        byte[] roomy = needed <= array.length / 2 ? array : arrayFor(needed, size == 0);
        System.arraycopy(array, head, roomy, 0, size);
        array = roomy;
        head = 0;
        tail = size;
    }

    private byte[] arrayFor(int needed, boolean isFirst) {
        if (needed <= SPARE_BYTES) {
            lender = Spares.OF_THREAD.get();
            return lender.lend();
        }
        // A read often takes the first chunk whole before the next one arrives: it gets an array that fits.
        return new byte[isFirst ? needed : nextPowerOfTwo(needed)];
    }

    /** Doubling amortizes growth and leaves room for a burst of chunks. */
    private static int nextPowerOfTwo(int needed) {
        int doubled = Integer.highestOneBit(needed - 1) << 1;
        return doubled < 0 ? LARGEST_ARRAY : doubled;
    }
}
