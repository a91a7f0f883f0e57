package dev.nettystreams.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.nettystreams.benchmarks.compare.PlainServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends a comparison by a signal, as Ctrl-C does. */
@Timeout(120)
class InterruptionTest {
    @TempDir
    static Path directory;

    private static Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                "dev.nettystreams.benchmarks.Main",
                "compare",
                "--baseline=raw-nio",
                "--rounds=2",
                "--warm-up=0.05",
                "--round-time=0.05",
                "--latency-load=0",
                "--jvm-option=-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void assertEnd(Collection<ProcessHandle> processes) throws Exception {
        for (ProcessHandle each : processes) {
            each.onExit().get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aComparisonThatIsInterrupted_leavesWhatItHas_andNoProcess_andNoTemporaryFile() throws Exception {
        Path prefix = directory.resolve("figures");
        Process comparison = start(
                "--servers=netty-lines", // not for an echo
                "--server=plain=" + PlainServer.command(),
                "--workloads=echo,echo-bulk",
                "--output=" + prefix);
        try {
            List<ProcessHandle> servers = List.of();
            StringBuilder output = new StringBuilder();
            BufferedReader lines = comparison.inputReader();
            String line;
            while ((line = lines.readLine()) != null) {
                output.append(line).append('\n');
                if (line.startsWith("  echo: ")) {
                    servers = comparison.descendants().toList();
                    comparison.toHandle().destroy(); // destroy() of the process would close its output
                }
            }
            assertThat(comparison.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output)
                    .contains("INTERRUPTED", "(raw-nio)", "plain", "written: " + prefix + ".json, " + prefix + ".png");
            assertThat(servers).hasSizeGreaterThanOrEqualTo(2);
            assertEnd(servers);
            assertThat(isComplete(prefix)).isFalse();
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .noneMatch(name -> name.startsWith("netty-streams-benchmarks"));
            }
        } finally {
            comparison.destroyForcibly();
        }
    }

    /** The user's command listens at no port, and knows nothing of its standard input. */
    @Test
    void aComparisonThatIsKilled_leavesNoProcess() throws Exception {
        assumeTrue(hasProcessGroups(), "skipped: no setsid");
        Process comparison = start(
                "--servers=netty-lines", // not for an echo
                "--server=deaf=echo ready >'" + directory.resolve("ready") + "'; echo; sleep 1000 #",
                "--workloads=echo",
                "--output=" + directory.resolve("killed"));
        try (WatchService changes = directory.getFileSystem().newWatchService()) {
            directory.register(changes, StandardWatchEventKinds.ENTRY_CREATE);
            while (!Files.exists(directory.resolve("ready"))) {
                changes.take().reset();
            }
            Set<ProcessHandle> seen = comparison.descendants().collect(Collectors.toSet());
            comparison.toHandle().destroyForcibly();
            assertThat(seen).isNotEmpty();
            assertEnd(seen);
        } finally {
            comparison.destroyForcibly();
        }
    }

    private static boolean hasProcessGroups() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(each -> Files.isExecutable(Path.of(each, "setsid")));
    }

    private static boolean isComplete(Path prefix) throws Exception {
        try (JsonParser json =
                new JsonFactory().createParser(Path.of(prefix + ".json").toFile())) {
            Boolean isComplete = null;
            while (json.nextToken() != null) { // to the end, which shows that the file is whole
                if ("complete".equals(json.currentName()) && json.currentToken().isBoolean()) {
                    isComplete = json.getBooleanValue();
                }
            }
            assertThat(isComplete).isNotNull();
            return isComplete;
        }
    }
}
