package dev.nettystreams.demos.postgres;

import dev.nettystreams.StreamReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;

/**
 * Reads given numbers of bytes. On a virtual or platform thread an {@code await} may switch threads, which is
 * negligible for a login and too expensive for each of a hundred thousand rows. Therefore, once queries start, each
 * read also fetches the bytes that have already arrived.
 *
 * <p>Fetched bytes are lost to other readers. Before TLS nothing may be fetched ahead: injected plaintext would survive
 * the handshake here, where {@code startTls} cannot see it.
 */
final class Intake {
    private final StreamReader reader;
    private final AnswerDeadline deadline;
    private final int leastFetchBytes;
    private ByteBuffer fetched = ByteBuffer.allocate(0);

    private Intake(StreamReader reader, AnswerDeadline deadline, int leastFetchBytes) {
        this.reader = reader;
        this.deadline = deadline;
        this.leastFetchBytes = leastFetchBytes;
    }

    /** Fetches only the requested bytes. */
    static Intake exact(StreamReader reader, AnswerDeadline deadline) {
        return new Intake(reader, deadline, 1);
    }

    /** Fetches all available bytes. */
    static Intake ahead(StreamReader reader, AnswerDeadline deadline) {
        return new Intake(reader, deadline, 1 << 16);
    }

    byte[] take(int byteCount) throws IOException, InterruptedException, TimeoutException {
        byte[] taken = new byte[byteCount];
        for (int filled = 0; filled < byteCount; ) {
            if (!fetched.hasRemaining()) {
                fetch(byteCount - filled);
            }
            int more = Math.min(byteCount - filled, fetched.remaining());
            fetched.get(taken, filled, more);
            filled += more;
        }
        return taken;
    }

    private void fetch(int missing) throws IOException, InterruptedException, TimeoutException {
        fetched = ByteBuffer.wrap(deadline.await(reader.read(Math.max(missing, leastFetchBytes))));
        if (!fetched.hasRemaining()) {
            throw new EOFException("the server ended the connection");
        }
    }
}
