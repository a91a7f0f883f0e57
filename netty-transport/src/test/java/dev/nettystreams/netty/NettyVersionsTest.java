package dev.nettystreams.netty;

import static dev.nettystreams.netty.RequiredNettyTest.lineOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The streams with other versions of Netty, each in a process of its own (S9): unsuitable ones are refused with a
 * message, and no class fails to link. {@code .ci/netty-versions} fetches the jars, one directory for each version, and
 * runs this.
 */
@EnabledIfSystemProperty(named = "netty.versions", matches = ".+", disabledReason = "run by .ci/netty-versions")
class NettyVersionsTest {
    static List<Path> versions() throws IOException {
        try (Stream<Path> found = Files.list(Path.of(System.getProperty("netty.versions")))) {
            return found.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void version_isRefusedInWords_orServes(Path jars) throws Exception {
        String version = jars.getFileName().toString();
        String printed = run(jars);
        assertThat(printed.lines().filter(line -> !line.startsWith("available ")))
                .noneMatch(line -> line.matches(".*(NoClassDefFound|NoSuch|Verify)Error.*|Exception in thread .*"));
        boolean isRefused = version.startsWith("4.1.") || version.matches("4\\.2\\.([0-9]|1[0-2])\\.Final");
        if (isRefused) {
            assertThat(lineOf(printed, "create"))
                    .contains("needs Netty 4.2.18.Final")
                    .contains("found " + version)
                    .contains(jars.toString());
            assertThat(printed).doesNotContain("opened").doesNotContain("echo");
            return;
        }
        assertThat(lineOf(printed, "create")).isEqualTo("opened");
        assertThat(printed).contains("echo EPOLL: well").contains("echo NIO: well");
        boolean isOld = version.matches("4\\.2\\.1[3-7]\\.Final");
        assertThat(printed.split("WARNING: Netty " + version, -1)).hasSize(isOld ? 2 : 1);
        if (isOld) {
            assertThat(lineOf(printed, "create IO_URING")).contains("io_uring needs Netty 4.2.18.Final");
            assertThat(printed).doesNotContain("echo IO_URING");
        }
    }

    private static String run(Path jars) throws Exception {
        try (Stream<Path> found = Files.list(jars)) {
            return ChildJvm.likeThisOne()
                    .without("netty-.*\\.jar")
                    .withFirst(found.toArray(Path[]::new))
                    .run(FirstUse.class);
        }
    }
}
