package dev.nettystreams.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code javadoc} prints is a fault of the site. */
@Timeout(60)
class ApiSiteTest {
    @TempDir
    Path directory;

    private List<String> warningsFor(String comment) throws Exception {
        Path source = Files.writeString(directory.resolve("A.java"), comment + "\npublic interface A {}\n");
        return ApiSite.warningsOf(List.of(
                "-quiet", "-Xdoclint:all", "-d", directory.resolve("site").toString(), source.toString()));
    }

    @Test
    void flawlessComment_hasNoWarning() throws Exception {
        assertThat(warningsFor("/** An {@link Iterable}. */")).isEmpty();
        assertThat(directory.resolve("site").resolve("A.html")).exists();
    }

    @Test
    void linkToNowhere_isReported() throws Exception {
        assertThat(warningsFor("/** A {@link Nowhere}. */")).anyMatch(line -> line.contains("reference not found"));
    }

    @Test
    void missingComment_isReported() throws Exception {
        assertThat(warningsFor("")).anyMatch(line -> line.contains("no comment"));
    }

    @Test
    void earlierSite_isDeleted() throws Exception {
        Path page = Files.createDirectories(directory.resolve("site/core")).resolve("A.html");
        Files.writeString(page, "");
        ApiSite.delete(directory.resolve("site"));
        assertThat(directory.resolve("site")).doesNotExist();
        ApiSite.delete(directory.resolve("site"));
    }
}
