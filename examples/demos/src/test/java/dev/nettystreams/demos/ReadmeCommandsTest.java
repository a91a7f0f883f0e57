package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands in README.md, in a shell, in an empty directory that is also the home. The jar is replaced by the class
 * path of this test, because it is made after the tests, and ports by free ones.
 */
@Timeout(60)
class ReadmeCommandsTest {
    private static final String JAR = "java -jar examples/demos/target/netty-streams-demos.jar";
    private static final String MAIL = "demos smtp-server";
    private static final String FILES = "demos serve-files";
    private static final String PROXY = "demos proxy";

    /** Blocks that no test here runs, by a text in them, with the reason. */
    private static final Map<String, String> NOT_RUN = Map.of(
            "mvn -B verify", "this is the build; .ci/run runs both lines",
            "Echo.java", "ReadmeTest runs it with its own class path: the jar is made after the tests",
            "--add-opens java.base/java.lang=ALL-UNNAMED", "an option; all tests run with it",
            "compare --workloads", "takes minutes; the tests of the benchmarks run the command",
            "-XX:AOTCache", "options of JDK 25, for the jar, which is made after the tests",
            "netty-streams-benchmarks.jar growth", "takes minutes; the tests of the benchmarks run the commands");

    @TempDir
    Path directory;

    @Test
    void everyBlock_isRun_orHasAReason() throws Exception {
        List<String> blocks = Readme.indentedBlocks();
        List<String> known = Stream.concat(Stream.of(MAIL, FILES, PROXY), NOT_RUN.keySet().stream())
                .toList();
        assertThat(Readme.without(blocks, known)).isEmpty();
        known.forEach(each -> Readme.theOne(blocks, each));
    }

    private static String block(String containing) throws Exception {
        return Readme.theOne(Readme.indentedBlocks(), containing);
    }

    private static String line(String block, String containing) {
        return Readme.theOne(block.lines().toList(), containing);
    }

    private static int freePort() throws Exception {
        try (ServerSocket briefly = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return briefly.getLocalPort();
        }
    }

    private static String alias() throws Exception {
        String ours = "java --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "
                + System.getProperty("java.class.path") + " " + Main.class.getName();
        return line(block(MAIL), "alias demos=").replace(JAR, ours) + "\n";
    }

    /** Runs lines as if they were pasted; ends what they have put into the background. */
    private String paste(String lines) throws Exception {
        Path script = Files.writeString(
                directory.resolve("script"),
                "cd " + directory + "\nexport HOME=" + directory + " PATH="
                        + Path.of(System.getProperty("java.home"), "bin") + ":$PATH\n" + alias() + lines
                        + "\nkill $(jobs -p) && wait\n");
        Finished shell = Finished.run(new byte[0], List.of("bash", "-O", "expand_aliases", script.toString()));
        System.out.print(shell.err());
        return shell.text();
    }

    @Test
    void mail_goesFromOneDemoToTheOther() throws Exception {
        Programs.require("bash", "openssl", "grep");
        String port = Integer.toString(freePort());
        String lines =
                block(MAIL).replaceAll("(?m)^alias.*\\R", "").replace("smtp-server", "smtp-server --port " + port);
        paste(lines.replace("2525", port));
        try (Stream<Path> mails = Files.walk(directory.resolve("mail"))) {
            List<Path> files = mails.filter(Files::isRegularFile).toList();
            assertThat(files).hasSize(1);
            assertThat(Files.readString(files.get(0))).contains("Subject: hello", "Over TLS.");
        }
    }

    @Test
    void restOfAFile_isFetched() throws Exception {
        Programs.require("bash", "curl");
        byte[] whole = new byte[300_000];
        Arrays.fill(whole, (byte) 'x');
        whole[299_999] = 'y';
        Files.write(Files.createDirectory(directory.resolve("public")).resolve("large.iso"), whole);
        Files.write(directory.resolve("large.iso"), Arrays.copyOf(whole, 100_000));
        paste(block(FILES).replace("8000", Integer.toString(freePort())));
        assertThat(Arrays.equals(Files.readAllBytes(directory.resolve("large.iso")), whole))
                .isTrue();
    }

    /** The line about a database is PostgresQueryTest's. */
    @Test
    void proxy_putsTlsInFrontOfAWebServer() throws Exception {
        Programs.require("bash", "curl");
        DemoCertificates.in(directory);
        Files.writeString(Files.createDirectory(directory.resolve("public")).resolve("page"), "a page\n", UTF_8);
        String web = Integer.toString(freePort());
        String secure = Integer.toString(freePort());
        String files = line(block(FILES), "demos serve-files").replace("8000", web);
        String proxy = line(block(PROXY), "demos proxy").replace("8080", web).replace("8443", secure);
        String shown = paste(files + "\n" + proxy + " > proxy.log &\n"
                + "curl -s --retry 9 --retry-connrefused -o /dev/null http://127.0.0.1:" + web + "/page\n"
                + "curl -s --retry 9 --retry-connrefused --cacert root.pem https://localhost:" + secure + "/page\n");
        assertThat(shown).contains("a page");
    }
}
