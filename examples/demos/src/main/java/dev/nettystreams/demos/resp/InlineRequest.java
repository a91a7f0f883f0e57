package dev.nettystreams.demos.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A request typed as a line of words, quoted as in Redis ({@code sdssplitargs}): {@code "a\n\x00"} with escapes,
 * {@code 'a'} without.
 */
final class InlineRequest {
    private final byte[] line;
    private final int end;
    private int position;

    private InlineRequest(byte[] line, int end) {
        this.line = line;
        this.end = end;
    }

    static List<byte[]> parse(byte[] lineWithEnding) throws MalformedRequestException {
        int end = lineWithEnding.length - 1;
        if (end > 0 && lineWithEnding[end - 1] == '\r') {
            end--;
        }
        return new InlineRequest(lineWithEnding, end).words();
    }

    private List<byte[]> words() throws MalformedRequestException {
        List<byte[]> words = new ArrayList<>();
        for (skipBlanks(); position < end; skipBlanks()) {
            words.add(word());
        }
        return words;
    }

    private void skipBlanks() {
        while (position < end && isBlank(line[position])) {
            position++;
        }
    }

    private byte[] word() throws MalformedRequestException {
        ByteArrayOutputStream word = new ByteArrayOutputStream();
        while (position < end && !isBlank(line[position])) {
            byte first = line[position++];
            if (first == '"' || first == '\'') {
                quoted(first, word);
                if (position < end && !isBlank(line[position])) {
                    throw unbalanced(); // a closing quote ends the word
                }
                break;
            }
            word.write(first);
        }
        return word.toByteArray();
    }

    private void quoted(byte quote, ByteArrayOutputStream word) throws MalformedRequestException {
        while (position < end) {
            byte next = line[position++];
            if (next == quote) {
                return;
            }
            if (next == '\\' && position < end) {
                word.write(quote == '"' ? escaped() : escapedInSingleQuotes());
            } else {
                word.write(next);
            }
        }
        throw unbalanced();
    }

    private int escapedInSingleQuotes() {
        return line[position] == '\'' ? line[position++] : '\\';
    }

    private int escaped() {
        byte code = line[position++];
        if (code == 'x' && position + 1 < end) {
            int high = Character.digit(line[position], 16);
            int low = Character.digit(line[position + 1], 16);
            if (high >= 0 && low >= 0) {
                position += 2;
                return high * 16 + low;
            }
        }
        return switch (code) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> code;
        };
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || (character >= '\t' && character <= '\r') || character == 0;
    }

    private static MalformedRequestException unbalanced() {
        return new MalformedRequestException("unbalanced quotes in request");
    }
}
