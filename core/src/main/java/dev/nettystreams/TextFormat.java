package dev.nettystreams;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A charset, and whether a stream can be read and written in it piece by piece. A charset whose bytes mean different
 * things depending on what came before, such as UTF-16 with its byte order mark or ISO-2022-JP with its escapes, can be
 * decoded only as a whole. A charset in which LF is not the single byte 10, such as UTF-16 or EBCDIC, has no lines that
 * a reader of bytes can find.
 *
 * <p>Immutable; any thread.
 */
final class TextFormat {
    /** One character each of several scripts: a charset with states encodes two of a kind shorter than twice one. */
    private static final List<String> SAMPLES = List.of("a", "\u00e9", "\u05d0", "\u3042", "\u4e2d", "\uac00");

    /** A character that takes two chars. */
    private static final String SUPPLEMENTARY = "\ud83d\ude00";

    /** U+FEFF in UTF-16 and UTF-32. */
    private static final List<byte[]> MARKS =
            List.of(new byte[] {(byte) 0xfe, (byte) 0xff}, new byte[] {(byte) 0xff, (byte) 0xfe}, new byte[] {
                0, 0, (byte) 0xfe, (byte) 0xff
            });

    /** More than any charset of the JDK needs, escapes included. */
    static final int MAX_CHARACTER_BYTES = 16;

    private static final char REPLACEMENT = '\ufffd';

    static final TextFormat UTF_8 = new TextFormat(StandardCharsets.UTF_8); // last: it uses the constants above

    final Charset charset;
    private final boolean hasLines;
    private final boolean isStateless;

    private TextFormat(Charset charset) {
        if (!charset.canEncode()) {
            throw new IllegalArgumentException(charset + " can only be decoded as a whole");
        }
        this.charset = charset;
        this.hasLines = Arrays.equals("\n".getBytes(charset), new byte[] {'\n'});
        this.isStateless = isStateless(charset) && !mayDecodeHalves();
    }

    /**
     * @throws IllegalArgumentException if the charset cannot encode
     */
    static TextFormat of(Charset charset) {
        return charset.equals(StandardCharsets.UTF_8) ? UTF_8 : new TextFormat(charset);
    }

    private static boolean isStateless(Charset charset) {
        CharsetEncoder encoder = charset.newEncoder();
        return !charset.name().equals("UTF-32") // decodes a byte order mark, but encodes none
                && SAMPLES.stream()
                        .filter(encoder::canEncode)
                        .allMatch(sample ->
                                sample.repeat(2).getBytes(charset).length == 2 * sample.getBytes(charset).length);
    }

    /** Returns whether half a character's bytes decode to one of its two surrogates, as in CESU-8. */
    private boolean mayDecodeHalves() {
        byte[] bytes = SUPPLEMENTARY.getBytes(charset);
        return decodePrefix(bytes, bytes.length / 2, 1, false).text.length() == 1
                && decodePrefix(bytes, bytes.length, 1, false).text.equals(SUPPLEMENTARY.substring(0, 1));
    }

    /**
     * @throws IllegalArgumentException if LF is not the single byte 10 in this charset
     */
    void requireLines(String method) {
        if (!hasLines) {
            throw new IllegalArgumentException(method + "() called for " + charset + ", in which LF is not one byte");
        }
    }

    /**
     * @throws IllegalArgumentException if the meaning of a byte depends on what came before it
     */
    void requireStateless(String method) {
        if (!isStateless) {
            throw new IllegalArgumentException(method + "() called for " + charset
                    + ", which can only be decoded as a whole: its bytes depend on those before them");
        }
    }

    /** Decodes all bytes. */
    String decode(byte[] bytes) throws MalformedTextException {
        return decode(bytes, bytes.length);
    }

    /** Decodes the first {@code byteCount} bytes of an array. */
    String decode(byte[] bytes, int byteCount) throws MalformedTextException {
        if (charset.equals(StandardCharsets.UTF_8)) {
            String text = new String(bytes, 0, byteCount, charset);
            if (text.indexOf(REPLACEMENT) < 0) {
                return text;
            }
        }
        Prefix all = decodePrefix(bytes, byteCount, Integer.MAX_VALUE, true);
        if (all.byteCount < byteCount) {
            throw malformed(bytes, all.byteCount, byteCount);
        }
        return all.text;
    }

    /** Whole characters at the start of some bytes, and how many bytes they take. */
    record Prefix(String text, int byteCount, boolean isMalformedBehind) {}

    /**
     * Decodes whole characters until the bytes, the count or the well-formed characters end.
     *
     * @param maxCharCount the maximum number of characters (Unicode code points)
     * @param isAll whether no byte will follow, so that an unfinished character is malformed
     */
    Prefix decodePrefix(byte[] bytes, int byteCount, int maxCharCount, boolean isAll) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, byteCount);
        StringBuilder text = new StringBuilder();
        int left = maxCharCount;
        while (left > 0) {
            // Room for exactly the missing characters if each takes one char, and at least for one that takes two.
            CharBuffer out = CharBuffer.allocate(Math.max(2, Math.min(left, byteCount + 1)));
            if (left == 1) {
                out.limit(1);
            }
            CoderResult result = decoder.decode(in, out, isAll);
            if (left == 1 && result.isOverflow() && out.position() == 0) {
                out.limit(2);
                result = decoder.decode(in, out, isAll);
            }
            out.flip();
            left -= Character.codePointCount(out, 0, out.length());
            text.append(out);
            if (result.isError() || (result.isOverflow() && out.length() == 0)) {
                return new Prefix(text.toString(), in.position(), true);
            }
            if (result.isUnderflow()) {
                if (isAll) {
                    flushInto(text, decoder);
                }
                return new Prefix(text.toString(), in.position(), isAll && in.hasRemaining());
            }
        }
        return new Prefix(text.toString(), in.position(), false);
    }

    /** A few decoders keep a character back that a later one may combine with. */
    private static void flushInto(StringBuilder text, CharsetDecoder decoder) {
        CharBuffer out = CharBuffer.allocate(8);
        decoder.flush(out);
        text.append(out.flip());
    }

    /** The exception for bytes that are no text from {@code offset} on. */
    MalformedTextException malformed(byte[] bytes, int offset, int byteCount) {
        ByteBuffer rest = ByteBuffer.wrap(bytes, offset, byteCount - offset);
        CoderResult result = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(rest, CharBuffer.allocate(8), true);
        int length = result.isError() ? Math.min(result.length(), byteCount - offset) : byteCount - offset;
        return new MalformedTextException(charset, offset, Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /**
     * Encodes a text.
     *
     * @throws IllegalArgumentException if the charset lacks one of its characters, or starts each text with a byte
     *     order mark
     */
    ByteBuffer encode(CharSequence text) {
        if (hasByteOrderMark()) {
            throw new IllegalArgumentException("write() called for " + charset
                    + ", which starts each text with a byte order mark: name the byte order, as UTF-16BE does");
        }
        CharBuffer chars = CharBuffer.wrap(text);
        try {
            return charset.newEncoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(chars);
        } catch (CharacterCodingException e) {
            int index = chars.position();
            int character = Character.codePointAt(text, index);
            throw new IllegalArgumentException(
                    String.format("%s cannot encode U+%04X at index %d", charset, character, index), e);
        }
    }

    private boolean hasByteOrderMark() {
        byte[] first = "a".getBytes(charset);
        return MARKS.stream().anyMatch(mark -> Arrays.mismatch(mark, first) == mark.length);
    }
}
