package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** O5: the library's lines reach the two logging systems that {@code examples/docs/observability.md} shows. */
class LogRoutingTest {
    /** Filled by the build, with SLF4J's bridge from {@code System.Logger} and its simple backend. */
    private static final Path SLF4J = Path.of("target", "slf4j");

    @TempDir
    Path directory;

    @Test
    void lines_reachJavaUtilLogging() throws Exception {
        Path config = Files.writeString(directory.resolve("logging.properties"), """
                handlers = java.util.logging.ConsoleHandler
                java.util.logging.ConsoleHandler.level = FINE
                dev.nettystreams.level = FINE
                """);
        String printed = ChildJvm.likeThisOne()
                .withOption("-Djava.util.logging.config.file=" + config)
                .withOption("-Djava.util.logging.SimpleFormatter.format=%4$s %3$s %5$s%n")
                .run(LogProgram.class);
        assertThat(printed)
                .containsPattern("FINE dev\\.nettystreams StreamConnection\\[.*ended: .*StreamBrokenException")
                .containsPattern("WARNING dev\\.nettystreams the handler of StreamConnection\\[.* failed");
    }

    @Test
    void lines_reachSlf4j() throws Exception {
        assumeTrue(Files.isDirectory(SLF4J), "skipped: the build has not filled " + SLF4J);
        Path[] jars;
        try (Stream<Path> files = Files.list(SLF4J)) {
            jars = files.toArray(Path[]::new);
        }
        String printed = ChildJvm.likeThisOne()
                .without("slf4j-jdk14-.*")
                .withFirst(jars)
                .withOption("-Dorg.slf4j.simpleLogger.log.dev.nettystreams=debug")
                .run(LogProgram.class);
        assertThat(printed)
                .containsPattern("DEBUG dev\\.nettystreams - StreamConnection\\[.*ended: .*StreamBrokenException")
                .containsPattern("WARN dev\\.nettystreams - the handler of StreamConnection\\[.* failed")
                .contains("java.lang.IllegalStateException: of the program");
    }
}
