package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The streams never block an event loop. BlockHound watches the loops, in a process of its own because it rewrites the
 * JDK's classes.
 */
class BlockingCallsTest {
    @TempDir
    Path directory;

    @Test
    @Timeout(120)
    void contract_keptWithoutBlockingALoop() throws Exception {
        Path output = directory.resolve("output");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/java.lang=ALL-UNNAMED", // for threads on the loops
                        "-XX:+AllowRedefinitionToAddDeleteMethods", // without it native methods cannot be watched
                        "-cp",
                        System.getProperty("java.class.path")
                                + File.pathSeparator
                                + System.getProperty("jdk.module.path", ""),
                        WatchedLoops.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean hasEnded = child.waitFor(110, TimeUnit.SECONDS);
            assertThat(Files.readString(output)).contains(WatchedLoops.NOTHING_BLOCKED);
            assertThat(hasEnded).isTrue();
        } finally {
            child.destroyForcibly();
        }
    }
}
