package dev.nettystreams.demos.postgres;

import dev.nettystreams.StreamReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;

/**
 * Bytes of a reader, so many at a time. Each {@code await} is a switch of threads there and back, which is nothing for a login and too
 * much for each of a hundred thousand rows: once queries are asked, what has come already is fetched with what is wanted.
 *
 * <p>What was fetched is nobody else's to read. Until TLS is there nothing may be: words that somebody put in would outlive the
 * handshake here, where {@code startTls} cannot see them.
 */
final class Intake {
    private final StreamReader reader;
    private final Patience patience;
    private final int leastFetchBytes;
    private ByteBuffer fetched = ByteBuffer.allocate(0);

    private Intake(StreamReader reader, Patience patience, int leastFetchBytes) {
        this.reader = reader;
        this.patience = patience;
        this.leastFetchBytes = leastFetchBytes;
    }

    /** Fetches what is wanted and no more. */
    static Intake exact(StreamReader reader, Patience patience) {
        return new Intake(reader, patience, 1);
    }

    /** Fetches what is there. */
    static Intake ahead(StreamReader reader, Patience patience) {
        return new Intake(reader, patience, 1 << 16);
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
        fetched = ByteBuffer.wrap(patience.await(reader.read(Math.max(missing, leastFetchBytes))));
        if (!fetched.hasRemaining()) {
            throw new EOFException("the server ended the connection");
        }
    }
}
