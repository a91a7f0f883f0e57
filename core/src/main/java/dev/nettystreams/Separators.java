package dev.nettystreams;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * A set of byte strings; the one that <em>ends first</em> ends a read.
 *
 * <p>A single byte is searched for directly. Every other set becomes an Aho-Corasick automaton: it examines each byte
 * once, whatever the number of separators, and finds overlapping ones. Its state is one integer, so a search can stop
 * and continue when more bytes arrive. Among separators that end at the same byte, the shortest wins, as in asyncio.
 * Bytes that occur in no separator share one column of the table.
 *
 * <p>Immutable.
 */
final class Separators {
    static final Separators LF = of(List.of(new byte[] {'\n'}));

    private final byte[][] separators;
    private final int longest;
    private final byte[] columnOfByte; // unsigned; 0 for bytes in no separator
    private final int columnCount;
    private final int[] nextState; // [state * columnCount + column]
    private final int[] matchedLength; // [state]: shortest separator that ends here, or 0

    /** @throws IllegalArgumentException if there is no separator or one is empty */
    static Separators of(List<byte[]> separators) {
        if (separators.isEmpty()) {
            throw new IllegalArgumentException("separators should contain at least one element");
        }
        byte[][] copies = separators.stream().map(byte[]::clone).toArray(byte[][]::new);
        for (byte[] separator : copies) {
            if (separator.length == 0) {
                throw new IllegalArgumentException("a separator should be at least one byte long");
            }
        }
        return new Separators(copies);
    }

    private Separators(byte[][] separators) {
        this.separators = separators;
        int stateCount = 1;
        int longest = 0;
        for (byte[] separator : separators) {
            stateCount = Math.addExact(stateCount, separator.length);
            longest = Math.max(longest, separator.length);
        }
        this.longest = longest;
        this.columnOfByte = new byte[256];
        this.columnCount = assignColumns();
        this.matchedLength = new int[stateCount];
        this.nextState = new int[Math.multiplyExact(stateCount, columnCount)];
        if (!isSingleByte()) {
            addFailureMoves(growTrie());
        }
    }

    boolean isSingleByte() {
        return separators.length == 1 && longest == 1;
    }

    byte singleByte() {
        return separators[0][0];
    }

    int longest() {
        return longest;
    }

    int next(int state, byte b) {
        return nextState[state * columnCount + (columnOfByte[b & 0xFF] & 0xFF)];
    }

    int matchedLength(int state) {
        return matchedLength[state];
    }

    boolean isSame(List<byte[]> others) {
        if (others.size() != separators.length) {
            return false;
        }
        for (int i = 0; i < separators.length; i++) {
            if (!Arrays.equals(separators[i], others.get(i))) {
                return false;
            }
        }
        return true;
    }

    private int assignColumns() {
        boolean[] used = new boolean[256];
        for (byte[] separator : separators) {
            for (byte b : separator) {
                used[b & 0xFF] = true;
            }
        }
        int distinct = 0;
        for (boolean isUsed : used) {
            distinct += isUsed ? 1 : 0;
        }
        int next = distinct == 256 ? 0 : 1; // if every value is in use, there is no shared column
        int count = next + distinct;
        for (int value = 0; value < 256; value++) {
            if (used[value]) {
                columnOfByte[value] = (byte) next++;
            }
        }
        return count;
    }

    private int growTrie() {
        int states = 1;
        for (byte[] separator : separators) {
            int state = 0;
            for (byte b : separator) {
                int cell = state * columnCount + (columnOfByte[b & 0xFF] & 0xFF);
                if (nextState[cell] == 0) {
                    nextState[cell] = states++;
                }
                state = nextState[cell];
            }
            if (matchedLength[state] == 0) {
                matchedLength[state] = separator.length;
            }
        }
        return states;
    }

    private void addFailureMoves(int states) {
        int[] failure = new int[states];
        ArrayDeque<Integer> breadthFirst = new ArrayDeque<>();
        for (int column = 0; column < columnCount; column++) {
            if (nextState[column] != 0) {
                breadthFirst.add(nextState[column]);
            }
        }
        while (!breadthFirst.isEmpty()) {
            int state = breadthFirst.remove();
            int suffixMatch = matchedLength[failure[state]];
            if (suffixMatch != 0) {
                matchedLength[state] = suffixMatch; // a proper suffix is always the shorter separator
            }
            for (int column = 0; column < columnCount; column++) {
                int cell = state * columnCount + column;
                int viaFailure = nextState[failure[state] * columnCount + column];
                if (nextState[cell] == 0) {
                    nextState[cell] = viaFailure;
                } else {
                    failure[nextState[cell]] = viaFailure;
                    breadthFirst.add(nextState[cell]);
                }
            }
        }
    }
}
