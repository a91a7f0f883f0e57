package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * A message of the server: a letter, and fields that are read in order. A field that does not fit into the message
 * throws {@link ProtocolException}.
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

    int int8() throws ProtocolException {
        return take(1).get() & 0xff;
    }

    int int16() throws ProtocolException {
        return take(2).getShort() & 0xffff;
    }

    int int32() throws ProtocolException {
        return take(4).getInt();
    }

    /** Reads a string with a terminating NUL. */
    String string() throws ProtocolException {
        int end = body.position();
        while (end < body.limit() && body.get(end) != 0) {
            end++;
        }
        if (end == body.limit()) {
            throw new ProtocolException("a string without an end in " + this);
        }
        String string = text(end - body.position());
        body.get();
        return string;
    }

    String text(int byteCount) throws ProtocolException {
        return new String(bytes(byteCount), UTF_8);
    }

    /** Reads the rest as text. */
    String rest() throws ProtocolException {
        return text(body.remaining());
    }

    /** Reads the rest as bytes, which may start or end within a character. */
    byte[] restBytes() throws ProtocolException {
        return bytes(body.remaining());
    }

    /** Refuses a message with unread bytes. */
    void end() throws ProtocolException {
        if (body.hasRemaining()) {
            throw new ProtocolException(body.remaining() + " bytes too many in " + this);
        }
    }

    ProtocolException unexpected(String when) {
        return new ProtocolException(this + " " + when);
    }

    private byte[] bytes(int byteCount) throws ProtocolException {
        ByteBuffer field = take(byteCount);
        byte[] bytes = new byte[byteCount];
        field.get(bytes);
        return bytes;
    }

    private ByteBuffer take(int byteCount) throws ProtocolException {
        if (byteCount < 0 || byteCount > body.remaining()) {
            throw new ProtocolException(
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
