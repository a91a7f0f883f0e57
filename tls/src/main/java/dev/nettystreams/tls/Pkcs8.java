package dev.nettystreams.tls;

import java.io.ByteArrayOutputStream;
import java.security.spec.InvalidKeySpecException;
import java.util.Arrays;
import java.util.HexFormat;

/** Older encodings of private keys, as PKCS #8 (RFC 5208), which is all that the JDK reads: the same bytes, behind the algorithm's name. */
final class Pkcs8 {
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int PARAMETERS = 0xa0;
    private static final int LONG_FORM = 0x80;

    private static final byte[] VERSION = {INTEGER, 1, 0};

    /** rsaEncryption, and NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");

    /** id-ecPublicKey; the curve comes behind it. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Pkcs8() {}

    /** A key of RFC 8017's appendix A.1.2 ("PKCS #1"). */
    static byte[] ofRsa(byte[] key) {
        return wrapped(RSA, key);
    }

    /** A key of RFC 5915 ("SEC 1"), which names its curve. */
    static byte[] ofEc(byte[] key) throws InvalidKeySpecException {
        return wrapped(joined(EC, curveOf(key)), key);
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return element(SEQUENCE, joined(VERSION, element(SEQUENCE, algorithm), element(OCTET_STRING, key)));
    }

    private static byte[] element(int tag, byte[] content) {
        int byteCount = content.length;
        byte[] head;
        if (byteCount < LONG_FORM) {
            head = new byte[] {(byte) tag, (byte) byteCount};
        } else if (byteCount < 256) { // the shortest form is the only one
            head = new byte[] {(byte) tag, (byte) (LONG_FORM | 1), (byte) byteCount};
        } else {
            head = new byte[] {(byte) tag, (byte) (LONG_FORM | 2), (byte) (byteCount >> 8), (byte) byteCount};
        }
        return joined(head, content);
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part, 0, part.length);
        }
        return all.toByteArray();
    }

    /** SEQUENCE { version, privateKey, [0] parameters, [1] publicKey }. */
    private static byte[] curveOf(byte[] key) throws InvalidKeySpecException {
        try {
            int at = contentOf(key, 0);
            while (at < key.length) {
                int content = contentOf(key, at);
                int end = content + lengthAt(key, at);
                if ((key[at] & 0xff) == PARAMETERS) {
                    return Arrays.copyOfRange(key, content, end);
                }
                at = end;
            }
        } catch (ArrayIndexOutOfBoundsException e) {
            throw new InvalidKeySpecException("an EC private key that ends too early", e);
        }
        throw new InvalidKeySpecException("an EC private key that names no curve");
    }

    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        return at + 2 + (first < LONG_FORM ? 0 : first & ~LONG_FORM);
    }

    private static int lengthAt(byte[] der, int at) {
        int first = der[at + 1] & 0xff;
        if (first < LONG_FORM) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < contentOf(der, at); i++) {
            length = (length << 8) | (der[i] & 0xff);
        }
        return length;
    }
}
