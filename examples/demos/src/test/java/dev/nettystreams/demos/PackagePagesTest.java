package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The package pages of the API site: each exported package has an essay and a program, taken from the source of its
 * page. The program is compiled, runs, and prints what the page says. Its PEM files are replaced by the test's own.
 */
@Timeout(60)
class PackagePagesTest {
    private static final List<String> MODULES = List.of("core", "netty-transport", "tls");
    private static final Pattern EXPORTS = Pattern.compile("^ +exports ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern PROGRAM =
            Pattern.compile("^ \\* <pre>\\{@code\\n(.*?)^ \\* }</pre>\\n", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    Path directory;

    /** Returns the source of each exported package's page. */
    private static Map<String, String> pages() throws Exception {
        Map<String, String> pages = new TreeMap<>();
        for (String module : MODULES) {
            Path sources = Path.of("..", "..", module, "src", "main", "java");
            String moduleInfo = Files.readString(sources.resolve("module-info.java"));
            for (MatchResult exported : EXPORTS.matcher(moduleInfo).results().toList()) {
                Path page = sources.resolve(exported.group(1).replace('.', '/')).resolve("package-info.java");
                pages.put(exported.group(1), Files.readString(page));
            }
        }
        return pages;
    }

    private static List<String> programsOf(String page) {
        return PROGRAM.matcher(page)
                .results()
                .map(found -> found.group(1).replaceAll("(?m)^ \\* ?", ""))
                .toList();
    }

    @Test
    void everyExportedPackage_hasAnEssayAndAProgram() throws Exception {
        assertThat(pages()).hasSize(6).allSatisfy((name, page) -> {
            assertThat(page).as(name).contains("<h2>The idea</h2>", "<h2>A program</h2>", "<h2>Rules</h2>");
            assertThat(page).as(name).contains("<b>Threads", "<b>Cancellation", "wnership", "ounds");
            assertThat(programsOf(page)).as("programs of " + name).hasSize(1);
        });
    }

    @TestFactory
    Stream<DynamicTest> programs_printWhatThePageSays() throws Exception {
        DemoCertificates certificates = DemoCertificates.in(directory);
        return pages().entrySet().stream()
                .flatMap(page -> programsOf(page.getValue()).stream()
                        .map(program ->
                                new ShownProgram(page.getKey(), withFiles(program, certificates)).test(directory)));
    }

    private static String withFiles(String program, DemoCertificates certificates) {
        return program.replace("\"chain.pem\"", quoted(certificates.chain()))
                .replace("\"key.pem\"", quoted(certificates.key()))
                .replace("\"root.pem\"", quoted(certificates.root()));
    }

    private static String quoted(String path) {
        return '"' + path.replace("\\", "/") + '"';
    }
}
