package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code examples/docs/observability.md}: each is compiled, runs, and prints what the page says. */
@Timeout(60)
class ObservabilityDocumentTest {
    @TempDir
    Path directory;

    private DocumentedPrograms programs() {
        return new DocumentedPrograms(Path.of("..", "docs", "observability.md"), directory);
    }

    @Test
    void everyProgram_isTested() throws Exception {
        assertThat(programs().byHeading()).hasSize(programs().text().split("```java\n", -1).length - 1);
    }

    @TestFactory
    Stream<DynamicTest> programs_printWhatThePageSays() throws Exception {
        return programs().tests();
    }
}
