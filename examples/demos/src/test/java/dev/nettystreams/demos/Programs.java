package dev.nettystreams.demos;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Other people's programs on this machine. */
public final class Programs {
    private Programs() {}

    /** Skips the test, and says so, if a program is not there. */
    public static void require(String... programs) {
        for (String program : programs) {
            boolean isThere = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
            if (!isThere) {
                System.out.println("skipped: there is no " + program + " on this machine");
            }
            assumeTrue(isThere, program + " is not on this machine");
        }
    }
}
