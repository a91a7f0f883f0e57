package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every entry point of the streams refuses an unsuitable Netty with a message (S9). In processes of their own, whose
 * class path starts with a false description of the build's Netty; {@link NettyVersionsTest} uses real ones.
 */
class RequiredNettyTest {
    private static final List<String> DOORS = List.of(
            "create",
            "create NIO",
            "shared",
            "shared again",
            "best",
            "factory",
            "handler",
            "adopt",
            "unix channel",
            "unix server channel",
            "over");

    private static final List<String> ARTIFACTS = List.of(
            "netty-common",
            "netty-buffer",
            "netty-resolver",
            "netty-transport",
            "netty-transport-native-unix-common",
            "netty-transport-classes-epoll",
            "netty-transport-classes-kqueue",
            "netty-transport-classes-io_uring",
            "netty-transport-native-epoll",
            "netty-transport-native-io_uring");

    @TempDir
    Path directory;

    @Test
    void testedVersion_isTheBuilds() {
        assertThat(Version.identify().get("netty-transport").artifactVersion()).isEqualTo(NettyVerdict.TESTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.1.118.Final", "4.2.12.Final", "4.3.0.Final", "5.0.0.Final"})
    void version_thatDoesNotDo_isRefusedAtEveryDoor_inTheSameWords(String version) throws Exception {
        String printed = withNetty(version).run(FirstUse.class);
        String words = "java.lang.IllegalStateException: netty-streams needs Netty 4.2.18.Final or a later 4.2";
        for (String door : DOORS) {
            assertThat(lineOf(printed, door)).startsWith(words).contains("found " + version);
        }
        assertThat(DOORS.stream().map(door -> lineOf(printed, door)).distinct()).hasSize(1);
        assertThat(lineOf(printed, "create"))
                .contains(directory.toString())
                .contains("netty-bom:4.2.18.Final")
                .contains("<netty.version>")
                .contains("Gradle");
        assertThat(lineOf(printed, "available NIO")).startsWith("false, " + words);
        assertThat(printed).doesNotContain("WARNING: Netty");
    }

    @Test
    void modulesOfDifferentVersions_areRefused() throws Exception {
        describe("netty-handler.version=4.2.17.Final");
        String printed = ChildJvm.likeThisOne().withFirst(directory).run(FirstUse.class);
        assertThat(lineOf(printed, "create"))
                .contains("modules of different versions: netty-handler 4.2.17.Final")
                .contains("4.2.18.Final (in ");
    }

    @Test
    void versionWithKnownVulnerabilities_runsExceptOverIoUring_andIsWarnedOfOnce() throws Exception {
        String printed = withNetty("4.2.14.Final").run(FirstUse.class);
        for (String door : DOORS) {
            assertThat(lineOf(printed, door)).isEqualTo("opened");
        }
        assertThat(printed.split("CVE-2026-50010", -1)).hasSize(2);
        assertThat(printed)
                .contains("WARNING: Netty 4.2.14.Final")
                .contains("CVE-2026-75595")
                .contains("echo NIO: well");
        String uring = "io_uring needs Netty 4.2.18.Final or a later 4.2";
        assertThat(lineOf(printed, "create IO_URING")).contains(uring);
        assertThat(lineOf(printed, "factory IO_URING")).contains(uring);
        assertThat(lineOf(printed, "available IO_URING"))
                .startsWith("false, java.lang.IllegalStateException: " + uring);
    }

    /** A program over NIO can leave the module out, but one of its classes is needed. */
    @Test
    void moduleThatIsLeftOut_isMissedAtEveryDoor_byAClassOfIts() throws Exception {
        String printed = ChildJvm.likeThisOne()
                .without("netty-transport-(native-unix-common|classes-|native-).*")
                .run(FirstUse.class);
        for (String door : DOORS) {
            assertThat(lineOf(printed, door))
                    .contains("found 4.2.18.Final")
                    .contains("which lacks io.netty.channel.unix.IntegerUnixChannelOption");
        }
    }

    @Test
    void versionOfTheBuild_isAcceptedInSilence() throws Exception {
        String printed = ChildJvm.likeThisOne().run(FirstUse.class);
        assertThat(lineOf(printed, "create")).isEqualTo("opened");
        assertThat(printed).contains("echo NIO: well").doesNotContain("WARNING: Netty");
        IoBackend.available().forEach(backend -> assertThat(printed).contains("echo " + backend + ": well"));
    }

    private ChildJvm withNetty(String version) throws IOException {
        describe(ARTIFACTS.stream()
                .map(artifact -> artifact + ".version=" + version)
                .toArray(String[]::new));
        return ChildJvm.likeThisOne().withFirst(directory);
    }

    private void describe(String... lines) throws IOException {
        Path description = directory.resolve("META-INF/io.netty.versions.properties");
        Files.createDirectories(description.getParent());
        Files.write(description, List.of(lines));
    }

    static String lineOf(String printed, String door) {
        return printed.lines()
                .filter(line -> line.startsWith(door + ": "))
                .map(line -> line.substring(door.length() + 2))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing of " + door + " in: " + printed));
    }
}
