package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs in {@code examples/docs/asyncio.md}: each is compiled, runs, and prints what the document says. */
@Timeout(60)
class AsyncioDocumentTest {
    @TempDir
    Path directory;

    private DocumentedPrograms programs() {
        return new DocumentedPrograms(Path.of("..", "docs", "asyncio.md"), directory);
    }

    @Test
    void everyRow_hasAProgram_andEveryProgramARow() throws Exception {
        List<String> linked = Pattern.compile("\\| \\[([^]]+)\\]\\(#([^)]+)\\) \\|")
                .matcher(programs().text())
                .results()
                .map(AsyncioDocumentTest::checkedName)
                .distinct()
                .toList();
        assertThat(linked)
                .hasSizeGreaterThan(20)
                .containsExactlyInAnyOrderElementsOf(programs().byHeading().keySet());
    }

    private static String checkedName(MatchResult link) {
        assertThat(link.group(2))
                .isEqualTo(link.group(1).toLowerCase(Locale.ROOT).replace(' ', '-'));
        return link.group(1);
    }

    @TestFactory
    Stream<DynamicTest> programs_printWhatTheDocumentSays() throws Exception {
        return programs().tests();
    }
}
