package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One version: that of the root POM, in the programs, the documents and the changelog. */
class VersionTest {
    private static final Path ROOT = Path.of("..", "..");

    private static String version() throws Exception {
        return firstGroup("<artifactId>netty-streams</artifactId>\\s*<version>(.*?)</version>", "pom.xml");
    }

    private static String firstGroup(String pattern, String file) throws Exception {
        return Pattern.compile(pattern)
                .matcher(Files.readString(ROOT.resolve(file)))
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + pattern + " in " + file));
    }

    @Test
    void programs_printIt() throws Exception {
        String declaration = "version = \"netty-streams (.*?)\"";
        assertThat(Main.commandLine().getCommandSpec().version()).containsExactly("netty-streams " + version());
        assertThat(firstGroup(declaration, "examples/benchmarks/src/main/java/dev/nettystreams/benchmarks/Main.java"))
                .isEqualTo(version());
    }

    @Test
    void changelog_beginsWithIt() throws Exception {
        assertThat(firstGroup("(?m)^## (.*)$", "CHANGELOG.md")).isEqualTo(version());
    }

    /** In each form: {@code group:artifact:version}, the element after the artifact's, and the name of a file. */
    @Test
    void coordinates_haveIt() throws Exception {
        Pattern coordinates = Pattern.compile("netty-streams-\\w+(?:</artifactId>\\s*<version>|:|-)(\\d[.\\d]*\\d)");
        for (String document : List.of("README.md", "examples/docs/installing.md")) {
            assertThat(coordinates
                            .matcher(Files.readString(ROOT.resolve(document)))
                            .results())
                    .extracting(found -> found.group(1))
                    .as(document)
                    .isNotEmpty()
                    .containsOnly(version());
        }
    }

    /** Its source has literal versions, because it is published without the parent that has the properties. */
    @Test
    void bom_hasIt_forEachModule_andTheTestedNetty() throws Exception {
        Map<String, String> managed = new TreeMap<>();
        Pattern.compile("<artifactId>([\\w-]+)</artifactId>\\s*<version>(.*?)</version>")
                .matcher(firstGroup("(?s)<dependencyManagement>(.*)</dependencyManagement>", "core/bom/pom.xml"))
                .results()
                .forEach(found -> managed.put(found.group(1), found.group(2)));
        Map<String, String> expected = new TreeMap<>();
        expected.put("netty-bom", firstGroup("<netty.version>(.*?)<", "pom.xml"));
        for (String module : List.of("core", "netty-transport", "tls")) {
            expected.put(firstGroup("</parent>\\s*<artifactId>(.*?)<", module + "/pom.xml"), version());
        }
        assertThat(managed).isEqualTo(expected);
    }
}
