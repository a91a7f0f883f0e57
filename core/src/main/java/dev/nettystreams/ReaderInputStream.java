package dev.nettystreams;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** {@link StreamReader#asInputStream}: each read awaits one read of the reader. Confined to the thread that uses it. */
final class ReaderInputStream extends InputStream {
    private final StreamReader reader;
    private final byte[] one = new byte[1];
    private volatile boolean isClosed;

    ReaderInputStream(StreamReader reader) {
        this.reader = reader;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int byteCount) throws IOException {
        Objects.checkFromIndexSize(offset, byteCount, target.length);
        begin("read");
        return byteCount == 0
                ? 0
                : awaited(reader.submit(new ReadRequest.Into(ByteBuffer.wrap(target, offset, byteCount))));
    }

    @Override
    public long skip(long byteCount) throws IOException {
        begin("skip");
        return byteCount <= 0
                ? 0
                : awaited(reader.submit(new ReadRequest.Skip((int) Math.min(byteCount, Integer.MAX_VALUE))));
    }

    @Override
    public int available() throws IOException {
        refuseIfClosed();
        return reader.core.input.availableByteCount();
    }

    @Override
    public void close() {
        isClosed = true;
    }

    /** Refuses a call before it consumes a byte. */
    private void begin(String method) throws IOException {
        refuseIfClosed();
        Await.refuseOnLoopThread(method);
    }

    private void refuseIfClosed() throws IOException {
        if (isClosed) {
            throw new IOException("this InputStream was closed");
        }
    }

    private static <T> T awaited(CompletionStage<T> read) throws IOException {
        try {
            return Await.await(read);
        } catch (InterruptedException e) {
            throw interrupted(e, 0);
        } catch (TimeoutException e) {
            throw new IOException("the read timed out", e);
        } catch (StreamClosedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The interrupt as an exception of {@code java.io}; the thread stays interrupted, as its callers expect. */
    static InterruptedIOException interrupted(InterruptedException interrupt, int byteCount) {
        Thread.currentThread().interrupt();
        InterruptedIOException e = new InterruptedIOException("interrupted while waiting for the connection");
        e.bytesTransferred = byteCount;
        e.initCause(interrupt);
        return e;
    }
}
