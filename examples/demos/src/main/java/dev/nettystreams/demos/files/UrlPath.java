package dev.nettystreams.demos.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a URL, decoded: names without a meaning of their own, so that none of them can climb.
 *
 * @param names the names between the slashes; none is empty, {@code .} or {@code ..}
 * @param isDirectory whether the path ends with a slash
 */
record UrlPath(List<String> names, boolean isDirectory) {
    private static final String UNRESERVED = "-._~!$&'()*+,;=:@";

    /** @throws HttpException if the target is malformed, or would leave the directory */
    static UrlPath parse(String target) throws HttpException {
        String path = target.split("[?#]", 2)[0];
        List<String> names = new ArrayList<>();
        for (String part : path.split("/", -1)) {
            String name = decode(part);
            if (name.equals(".") || name.equals("..") || name.chars().anyMatch(UrlPath::isForbidden)) {
                throw new HttpException(400, "the path has a name that no file here has");
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return new UrlPath(List.copyOf(names), path.endsWith("/"));
    }

    private static boolean isForbidden(int c) {
        return c == '/' || c == '\\' || c < ' ' || c == 0x7f;
    }

    private static String decode(String part) throws HttpException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(part.length());
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            if (c != '%') {
                bytes.write(c);
                continue;
            }
            boolean isWhole = i + 2 < part.length();
            int high = isWhole ? Character.digit(part.charAt(i + 1), 16) : -1;
            int low = isWhole ? Character.digit(part.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new HttpException(400, "malformed percent-encoding");
            }
            bytes.write(high * 16 + low);
            i += 2;
        }
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HttpException(400, "the path is not UTF-8");
        }
    }

    /** Percent-encodes a name for use in a path. */
    static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length() + 16);
        for (byte each : name.getBytes(UTF_8)) {
            char c = (char) (each & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%').append("%02X".formatted((int) c));
            }
        }
        return encoded.toString();
    }

    /** Returns the encoded path as that of a directory. */
    String toDirectory() {
        StringBuilder path = new StringBuilder("/");
        names.forEach(name -> path.append(encode(name)).append('/'));
        return path.toString();
    }
}
