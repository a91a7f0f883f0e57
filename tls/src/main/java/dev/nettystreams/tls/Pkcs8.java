package dev.nettystreams.tls;

import java.io.ByteArrayOutputStream;
import java.security.spec.InvalidKeySpecException;
import java.util.HexFormat;

/**
 * Converts older encodings of private keys to PKCS #8 (RFC 5208), the only one that the JDK reads: the same bytes after
 * the name of the algorithm.
 */
final class Pkcs8 {
    private static final byte[] VERSION = {Der.INTEGER, 1, 0};

    /** rsaEncryption, and NULL. */
    private static final byte[] RSA = HexFormat.of().parseHex("06092a864886f70d0101010500");

    /** id-ecPublicKey; the curve follows it. */
    private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Pkcs8() {}

    /** Converts a key of RFC 8017, appendix A.1.2 (PKCS #1). */
    static byte[] ofRsa(byte[] key) {
        return wrapped(RSA, key);
    }

    /** Converts a key of RFC 5915 (SEC 1), which names its curve. */
    static byte[] ofEc(byte[] key) throws InvalidKeySpecException {
        return wrapped(joined(EC, curveOf(key)), key);
    }

    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        byte[] named = new Der(Der.SEQUENCE, algorithm).encoded();
        byte[] secret = new Der(Der.OCTET_STRING, key).encoded();
        return new Der(Der.SEQUENCE, joined(VERSION, named, secret)).encoded();
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
            for (Der whole : Der.elements(key)) {
                for (Der part : whole.elements()) {
                    if (part.tag() == Der.FIRST) {
                        return part.content();
                    }
                }
            }
        } catch (IndexOutOfBoundsException e) {
            throw new InvalidKeySpecException("an EC private key that ends too early", e);
        }
        throw new InvalidKeySpecException("an EC private key that names no curve");
    }
}
