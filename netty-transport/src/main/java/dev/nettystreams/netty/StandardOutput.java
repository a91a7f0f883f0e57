package dev.nettystreams.netty;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * {@code System.out} as a stream that reports its failures: a {@code PrintStream} keeps them, and only says that there
 * was one. Confined to the thread of its direction.
 */
final class StandardOutput extends OutputStream {
    private final PrintStream out;

    StandardOutput(PrintStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        out.write(octet);
        flush();
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) throws IOException {
        out.write(source, offset, byteCount);
        flush();
    }

    @Override
    public void flush() throws IOException {
        if (out.checkError()) { // it flushes, too
            throw new IOException("could not write to standard output (System.out does not say why)");
        }
    }

    @Override
    public void close() throws IOException {
        flush();
    }
}
