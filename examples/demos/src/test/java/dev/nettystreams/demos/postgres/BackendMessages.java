package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The messages of servers, byte by byte, correct or not. */
final class BackendMessages {
    static final byte[] OK = authentication(0);
    static final byte[] READY = message('Z', "I".getBytes(UTF_8));

    private BackendMessages() {}

    static byte[] authentication(int code, byte[]... fields) {
        return message('R', int32(code), joined(fields));
    }

    static byte[] sasl(String... mechanisms) {
        byte[] names = {};
        for (String mechanism : mechanisms) {
            names = joined(names, string(mechanism));
        }
        return authentication(10, names, string(""));
    }

    static byte[] columns(String... names) {
        byte[] columns = int16(names.length);
        for (String name : names) {
            columns = joined(columns, string(name), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0));
        }
        return message('T', columns);
    }

    /** Encodes a row; null means NULL. */
    static byte[] row(String... cells) {
        byte[] row = int16(cells.length);
        for (String cell : cells) {
            byte[] bytes = cell == null ? new byte[0] : cell.getBytes(UTF_8);
            row = joined(row, int32(cell == null ? -1 : bytes.length), bytes);
        }
        return message('D', row);
    }

    static byte[] complete(String tag) {
        return message('C', string(tag));
    }

    static byte[] error(String severity, String state, String text) {
        return message('E', string("V" + severity), string("C" + state), string("M" + text), string(""));
    }

    static byte[] message(char type, byte[]... fields) {
        byte[] body = joined(fields);
        return joined(new byte[] {(byte) type}, int32(4 + body.length), body);
    }

    static byte[] string(String value) {
        return (value + "\0").getBytes(UTF_8);
    }

    static byte[] int16(int value) {
        return ByteBuffer.allocate(2).putShort((short) value).array();
    }

    static byte[] int32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
