package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Sets the encoding of standard output for text from servers, which is usually UTF-8. In a locale with ASCII only,
 * common for programs without a terminal, Java would silently print question marks for other characters. Python treats
 * such a locale as UTF-8 (PEP 540), and so does this class.
 */
final class StandardOutput {
    private StandardOutput() {}

    /**
     * Reads Java's newer property, or its older one.
     *
     * @param stream {@code stdout} or {@code stderr}
     */
    static Charset encoding(String stream) {
        String older = System.getProperty(
                "sun." + stream + ".encoding", Charset.defaultCharset().name());
        String name = System.getProperty(stream + ".encoding", older);
        return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    /** Makes the program print in UTF-8 where it would print in ASCII. */
    static void spareWhatIsNotAscii() {
        if (encoding("stdout").equals(US_ASCII)) {
            System.setOut(new PrintStream(System.out, true, UTF_8));
            System.setProperty("sun.stdout.encoding", UTF_8.name()); // picocli reads it for its writer
        }
    }
}
