package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.charset.Charset;

/**
 * Standard output for what servers send, which is UTF-8 as a rule. In a locale that has ASCII only, as programs have it
 * that no terminal has started, Java would write a question mark for the rest and say nothing; Python takes such a
 * locale for UTF-8 (PEP 540), and so does this.
 */
final class StandardOutput {
    private StandardOutput() {}

    /** By Java's newer property, or its older one. */
    private static Charset encoding() {
        String older = System.getProperty(
                "sun.stdout.encoding", Charset.defaultCharset().name());
        String name = System.getProperty("stdout.encoding", older);
        return Charset.isSupported(name) ? Charset.forName(name) : Charset.defaultCharset();
    }

    /** Has the program print in UTF-8 where it would print in ASCII. */
    static void spareWhatIsNotAscii() {
        if (encoding().equals(US_ASCII)) {
            System.setOut(new PrintStream(System.out, true, UTF_8));
            System.setProperty("sun.stdout.encoding", UTF_8.name()); // by which picocli makes its writer
        }
    }
}
