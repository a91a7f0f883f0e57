package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;

/** What a program prints. Not for programs that run at once. */
final class Printed {
    /** A program without its arguments. */
    @FunctionalInterface
    interface Program {
        void run() throws Exception;
    }

    private Printed() {}

    static List<String> by(Program program) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try {
            System.setOut(new PrintStream(printed, true, UTF_8));
            program.run();
        } finally {
            System.setOut(before);
        }
        return printed.toString(UTF_8).lines().toList();
    }
}
