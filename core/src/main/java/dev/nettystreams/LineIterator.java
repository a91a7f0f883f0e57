package dev.nettystreams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
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
        Await.refuseOnLoopThread("hasNext");
        try {
            L line = Await.await(lines.read());
            return lines.isEnd(line) ? null : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (TimeoutException e) {
            throw new UncheckedIOException(new IOException("the read timed out", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            CancellationException cancelled = new CancellationException("interrupted while waiting for a line");
            cancelled.initCause(e);
            throw cancelled;
        }
    }
}
