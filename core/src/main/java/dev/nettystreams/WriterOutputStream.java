package dev.nettystreams;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/**
 * {@link StreamWriter#asOutputStream}: a write and a drain for each piece, so that a large array waits here and not in
 * the write buffer. Confined to the thread that uses it.
 */
final class WriterOutputStream extends OutputStream {
    private static final int PIECE_BYTES = 65536;

    private final StreamWriter writer;
    private volatile boolean isClosed;

    WriterOutputStream(StreamWriter writer) {
        this.writer = writer;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) throws IOException {
        Objects.checkFromIndexSize(offset, byteCount, source.length);
        if (isClosed) {
            throw new IOException("this OutputStream was closed");
        }
        Await.refuseOnLoopThread("write");
        int written = 0;
        do {
            int pieceByteCount = Math.min(PIECE_BYTES, byteCount - written);
            try {
                writer.write(source, offset + written, pieceByteCount);
            } catch (StreamClosedException e) {
                throw new IOException(e.getMessage(), e);
            }
            written += pieceByteCount;
            await(writer.drain(), written);
        } while (written < byteCount);
    }

    @Override
    public void flush() throws IOException {
        if (!isClosed) {
            Await.refuseOnLoopThread("flush");
            await(writer.flush(), 0);
        }
    }

    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        Await.refuseOnLoopThread("close");
        isClosed = true;
        try {
            if (writer.canWriteEof()) {
                writer.writeEof(); // before the wait, which an interrupt may end: the peer must hear of the end
            }
        } catch (StreamClosedException e) {
            throw new IOException(e.getMessage(), e);
        }
        await(writer.flush(), 0);
    }

    /** @param byteCount the number of bytes that have been written when an interrupt comes */
    private static void await(CompletionStage<?> stage, int byteCount) throws IOException {
        try {
            Await.await(stage);
        } catch (InterruptedException e) {
            throw ReaderInputStream.interrupted(e, byteCount);
        } catch (TimeoutException e) {
            throw new IOException("the write timed out", e);
        } catch (StreamClosedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
