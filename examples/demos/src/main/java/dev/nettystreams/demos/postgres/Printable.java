package dev.nettystreams.demos.postgres;

/**
 * Text from a server for a terminal, which must not obey it. Control characters are shown as in psql ({@code \x1B}),
 * and so are characters without a shape, such as those that change the writing direction, and line breaks ({@code \n}).
 */
final class Printable {
    private Printable() {}

    static String of(String text) {
        if (text.codePoints().allMatch(Printable::isPlain)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(each -> {
            if (isPlain(each)) {
                shown.appendCodePoint(each);
            } else {
                shown.append(escaped(each));
            }
        });
        return shown.toString();
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String escaped(int codePoint) {
        return switch (codePoint) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            default -> String.format(codePoint < 0x80 ? "\\x%02X" : "\\u%04X", codePoint);
        };
    }

    /** Returns the number of terminal columns of a printable text. */
    static int width(String text) {
        return text.codePoints().map(Printable::width).sum();
    }

    private static int width(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(codePoint) ? 2 : 1;
        };
    }

    /** Returns whether a character is in one of the large blocks of East Asian letters and pictures. */
    private static boolean isWide(int codePoint) {
        return codePoint >= 0x1100
                && (codePoint <= 0x115f
                        || isIn(codePoint, 0x2e80, 0xa4cf)
                        || isIn(codePoint, 0xac00, 0xd7a3)
                        || isIn(codePoint, 0xf900, 0xfaff)
                        || isIn(codePoint, 0xfe30, 0xfe6f)
                        || isIn(codePoint, 0xff00, 0xff60)
                        || isIn(codePoint, 0xffe0, 0xffe6)
                        || isIn(codePoint, 0x1f300, 0x1faff)
                        || isIn(codePoint, 0x20000, 0x3fffd));
    }

    private static boolean isIn(int codePoint, int first, int last) {
        return codePoint >= first && codePoint <= last;
    }
}
