package dev.nettystreams;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The lines of a reader; awaits one read at a time. Confined to the iterating thread. */
final class LineIterator<L> implements Iterator<L> {
    private final Lines<L> lines;
    private @Nullable L next; // null if the next line has not been fetched, or if there is none
    private boolean hasEnded;

    LineIterator(Lines<L> lines) {
        this.lines = lines;
    }

    @Override
    public boolean hasNext() {
        return fetched() != null;
    }

    @Override
    public L next() {
        L line = fetched();
        if (line == null) {
            throw new NoSuchElementException("the input has ended");
        }
        next = null;
        return line;
    }

    private @Nullable L fetched() {
        if (next == null && !hasEnded) {
            next = fetch();
            hasEnded = next == null;
        }
        return next;
    }

    private @Nullable L fetch() {
        L line = Await.<@Nullable L>inIterator(lines::read);
        return lines.isEnd(line) ? null : line;
    }
}
