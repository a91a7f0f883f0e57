package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;

/** UTF-8 that arrives in pieces, printed at once; a character may start in one piece and end in the next. */
final class CopyText {
    private final PrintWriter out;
    private final CharsetDecoder decoder = UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** The start of an incomplete character; three bytes at most. */
    private ByteBuffer unfinished = ByteBuffer.allocate(0);

    CopyText(PrintWriter out) {
        this.out = out;
    }

    void print(byte[] piece) {
        decode(piece, false);
    }

    /** The text has ended: an incomplete character is invalid. */
    void end() {
        decode(new byte[0], true);
    }

    private void decode(byte[] piece, boolean isLast) {
        ByteBuffer bytes = ByteBuffer.allocate(unfinished.remaining() + piece.length);
        bytes.put(unfinished).put(piece).flip();
        CharBuffer text = CharBuffer.allocate(bytes.remaining() + 1);
        decoder.decode(bytes, text, isLast);
        if (isLast) {
            decoder.flush(text);
        }
        unfinished = bytes;
        out.append(text.flip());
    }
}
