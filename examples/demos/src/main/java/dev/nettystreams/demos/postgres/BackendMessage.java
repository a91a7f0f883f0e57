package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * A message of the server: a letter, and fields that are read in order. A field that does not fit into the message
 * throws {@link BackendProtocolException}.
 */
final class BackendMessage {
    private final char type;
    private final ByteBuffer body;

    BackendMessage(char type, byte[] body) {
        this.type = type;
        this.body = ByteBuffer.wrap(body);
    }

    char type() {
        return type;
    }

    int int8() throws BackendProtocolException {
        return take(1).get() & 0xff;
    }

    int int16() throws BackendProtocolException {
        return take(2).getShort() & 0xffff;
    }

    int int32() throws BackendProtocolException {
        return take(4).getInt();
    }

    /** Reads a string with a terminating NUL. */
    String string() throws BackendProtocolException {
        int end = body.position();
        while (end < body.limit() && body.get(end) != 0) {
            end++;
        }
        if (end == body.limit()) {
            throw new BackendProtocolException("a string without an end in " + this);
        }
        String string = text(end - body.position());
        body.get();
        return string;
    }

    String text(int byteCount) throws BackendProtocolException {
        return new String(bytes(byteCount), UTF_8);
    }

    /** Reads the rest as text. */
    String rest() throws BackendProtocolException {
        return text(body.remaining());
    }

    /** Reads the rest as bytes, which may start or end within a character. */
    byte[] restBytes() throws BackendProtocolException {
        return bytes(body.remaining());
    }

    /** Refuses a message with unread bytes. */
    void end() throws BackendProtocolException {
        if (body.hasRemaining()) {
            throw new BackendProtocolException(body.remaining() + " bytes too many in " + this);
        }
    }

    BackendProtocolException unexpected(String when) {
        return new BackendProtocolException(this + " " + when);
    }

    private byte[] bytes(int byteCount) throws BackendProtocolException {
        ByteBuffer field = take(byteCount);
        byte[] bytes = new byte[byteCount];
        field.get(bytes);
        return bytes;
    }

    private ByteBuffer take(int byteCount) throws BackendProtocolException {
        if (byteCount < 0 || byteCount > body.remaining()) {
            throw new BackendProtocolException(
                    "a field of " + byteCount + " bytes, where " + body.remaining() + " are left, in " + this);
        }
        ByteBuffer taken = body.duplicate();
        body.position(body.position() + byteCount);
        return taken;
    }

    @Override
    public String toString() {
        return "a message of type " + (type > ' ' && type < 0x7f ? "'" + type + "'" : Integer.toString(type));
    }
}
