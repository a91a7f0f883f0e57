package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code examples/docs/testing.md}: each is compiled, runs, and prints what the document says. */
@Timeout(60)
class TestingDocumentTest {
    @TempDir
    Path directory;

    private DocumentedPrograms programs() {
        return new DocumentedPrograms(Path.of("..", "docs", "testing.md"), directory);
    }

    @Test
    void everyProgram_isTested() throws Exception {
        long blocks = Pattern.compile("^```java$", Pattern.MULTILINE)
                .matcher(programs().text())
                .results()
                .count();
        assertThat(programs().byHeading()).hasSizeGreaterThan(7).hasSize((int) blocks);
    }

    @TestFactory
    Stream<DynamicTest> programs_printWhatTheDocumentSays() throws Exception {
        return programs().tests();
    }
}
