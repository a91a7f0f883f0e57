package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The coordinates in README.md and examples/docs/installing.md. {@code .ci/release} resolves them, and runs the
 * projects of that page.
 */
class CoordinatesTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path PAGE = ROOT.resolve("examples/docs/installing.md");
    private static final Pattern LANGUAGE = Pattern.compile("(?m)^```(\\w+)$");
    private static final Pattern IN_XML =
            Pattern.compile("<groupId>dev\\.nettystreams</groupId>\\s*<artifactId>(.*?)</artifactId>");
    private static final Pattern IN_GRADLE = Pattern.compile("\"dev\\.nettystreams:([\\w-]+)");

    private static List<String> groups(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** Java is for ReadmeTest, XML and Kotlin (a Gradle script) for {@code .ci/release}, which finds one of each. */
    @Test
    void fencedBlocks_areOfLanguagesThatAreChecked() throws Exception {
        assertThat(groups(LANGUAGE, Readme.text()))
                .containsOnly("java", "xml", "kotlin")
                .containsOnlyOnce("xml", "kotlin");
        assertThat(groups(LANGUAGE, Files.readString(PAGE))).containsExactly("xml", "java", "kotlin");
    }

    @Test
    void artifacts_exist_andTheirModules() throws Exception {
        Set<String> ours = new TreeSet<>();
        for (String module : List.of("core/bom", "core", "netty-transport", "tls")) {
            String pom = Files.readString(ROOT.resolve(module).resolve("pom.xml"));
            ours.addAll(groups(Pattern.compile("</parent>\\s*<artifactId>(.*?)<"), pom));
        }
        String page = Files.readString(PAGE);
        for (String text : List.of(Readme.text(), page)) {
            assertThat(groups(IN_XML, text)).isNotEmpty().isSubsetOf(ours);
            assertThat(groups(IN_GRADLE, text)).isNotEmpty().isSubsetOf(ours);
        }
        assertThat(groups(Pattern.compile("(?m)^\\| `(netty-streams-\\w+)` \\|"), page))
                .containsExactlyInAnyOrderElementsOf(ours);
    }

    @Test
    void classifiers_areThoseThatNettyPublishes() throws Exception {
        Optional<Path> bom = nettyBom();
        assumeTrue(bom.isPresent(), "skipped: the class path is not one of a Maven repository");
        Set<String> published = Pattern.compile(
                        "<artifactId>(netty-(?:transport-native|tcnative-boringssl)[\\w-]+)</artifactId>"
                                + "(?:(?!</dependency>).)*?<classifier>(.*?)</classifier>",
                        Pattern.DOTALL)
                .matcher(Files.readString(bom.get()))
                .results()
                .filter(found -> !found.group(1).endsWith("unix-common")) // part of the others
                .map(found -> found.group(1) + " " + found.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> shown = new TreeSet<>();
        for (MatchResult row : Pattern.compile("(?m)^\\| `(netty-t\\S+)` \\| (.*) \\|$")
                .matcher(Files.readString(PAGE))
                .results()
                .toList()) {
            groups(Pattern.compile("`(.*?)`"), row.group(2))
                    .forEach(classifier -> shown.add(row.group(1) + " " + classifier));
        }
        assertThat(shown).hasSizeGreaterThan(10).isEqualTo(published);
    }

    /** In the local repository, beside the jars of the class path. */
    private static Optional<Path> nettyBom() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .filter(jar -> jar.getFileName().toString().matches("netty-common-\\d.*\\.jar"))
                .map(Path::getParent)
                .map(version -> version.resolve(Path.of(
                                "..", "..", "netty-bom", version.getFileName().toString()))
                        .resolve("netty-bom-" + version.getFileName() + ".pom"))
                .filter(Files::isRegularFile)
                .findFirst();
    }
}
