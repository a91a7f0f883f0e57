package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The messages of a client, byte by byte: chapter "Message Formats" of PostgreSQL's documentation. */
final class FrontendMessages {
    private static final int SSL_REQUEST = 80877103;
    private static final int PROTOCOL_3_0 = 3 << 16;
    private static final int LENGTH_BYTES = 4;

    private FrontendMessages() {}

    static byte[] sslRequest() {
        return lengthAnd(int32(SSL_REQUEST));
    }

    static byte[] startup(String user, String database) {
        return lengthAnd(
                int32(PROTOCOL_3_0),
                string("user"),
                string(user),
                string("database"),
                string(database),
                string("client_encoding"),
                string("UTF8"),
                string("application_name"),
                string("postgres-query"),
                string(""));
    }

    static byte[] password(String password) {
        return message('p', string(password));
    }

    static byte[] saslInitialResponse(String mechanism, String data) {
        byte[] bytes = data.getBytes(UTF_8);
        return message('p', string(mechanism), int32(bytes.length), bytes);
    }

    static byte[] saslResponse(String data) {
        return message('p', data.getBytes(UTF_8));
    }

    static byte[] query(String sql) {
        return message('Q', string(sql));
    }

    static byte[] copyFail(String reason) {
        return message('f', string(reason));
    }

    static byte[] terminate() {
        return message('X');
    }

    private static byte[] message(char type, byte[]... fields) {
        return joined(new byte[] {(byte) type}, lengthAnd(fields));
    }

    /** The length includes its own four bytes. */
    private static byte[] lengthAnd(byte[]... fields) {
        byte[] body = joined(fields);
        return joined(int32(LENGTH_BYTES + body.length), body);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    /** Refuses a NUL inside a string: the server would read the rest as the next field. */
    private static byte[] string(String value) {
        if (value.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a NUL cannot be sent");
        }
        return (value + "\0").getBytes(UTF_8);
    }
}
