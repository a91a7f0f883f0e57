package dev.nettystreams;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The lines of a reader; awaits one {@code readLine} at a time. Confined to the iterating thread. */
final class LineIterator implements Iterator<byte[]> {
    private final StreamReader reader;
    private byte @Nullable [] next;

    LineIterator(StreamReader reader) {
        this.reader = reader;
    }

    @Override
    public boolean hasNext() {
        return fetched().length > 0;
    }

    @Override
    public byte[] next() {
        byte[] line = fetched();
        if (line.length == 0) {
            throw new NoSuchElementException("the input has ended");
        }
        next = null;
        return line;
    }

    private byte[] fetched() {
        byte[] line = next;
        if (line == null) {
            line = fetch();
            next = line;
        }
        return line;
    }

    private byte[] fetch() {
        try {
            return Await.await(reader.readLine());
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
