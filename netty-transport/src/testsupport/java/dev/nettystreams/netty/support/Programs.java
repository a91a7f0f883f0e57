package dev.nettystreams.netty.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Foreign programs on this machine. */
public final class Programs {
    private Programs() {}

    /** Skips the test with a message if a program is missing. */
    public static void require(String... programs) {
        for (String program : programs) {
            boolean isThere = isThere(program);
            if (!isThere) {
                System.out.println("skipped: there is no " + program + " on this machine");
            }
            assumeTrue(isThere, program + " is not on this machine");
        }
    }

    public static boolean isThere(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
