package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Encodes replies in RESP 2. */
final class Replies {
    static final byte[] OK = ascii("+OK\r\n");
    static final byte[] PONG = ascii("+PONG\r\n");
    static final byte[] NOTHING = ascii("$-1\r\n");
    static final byte[] EMPTY_ARRAY = ascii("*0\r\n");
    static final byte[] NO_REPLY = {};

    private Replies() {}

    /** Line breaks in a message become blanks, as in Redis: a reply line cannot contain them. */
    static byte[] error(String message) {
        return ascii("-" + message.replace('\r', ' ').replace('\n', ' ') + "\r\n");
    }

    static byte[] integer(long value) {
        return ascii(":" + value + "\r\n");
    }

    static byte[] bulk(byte @Nullable [] value) {
        if (value == null) {
            return NOTHING;
        }
        byte[] head = ascii("$" + value.length + "\r\n");
        byte[] reply = new byte[head.length + value.length + 2];
        System.arraycopy(head, 0, reply, 0, head.length);
        System.arraycopy(value, 0, reply, head.length, value.length);
        reply[reply.length - 2] = '\r';
        reply[reply.length - 1] = '\n';
        return reply;
    }

    static byte[] bulk(String text) {
        return bulk(text.getBytes(UTF_8));
    }

    static byte[] array(List<byte[]> replies) {
        byte[] head = ascii("*" + replies.size() + "\r\n");
        int byteCount = head.length;
        for (byte[] reply : replies) {
            byteCount += reply.length;
        }
        byte[] array = new byte[byteCount];
        System.arraycopy(head, 0, array, 0, head.length);
        int position = head.length;
        for (byte[] reply : replies) {
            System.arraycopy(reply, 0, array, position, reply.length);
            position += reply.length;
        }
        return array;
    }

    /** Encodes one byte per character, so that a client's bytes come back unchanged in messages. */
    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
