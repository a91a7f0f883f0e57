package dev.nettystreams.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ends a comparison by a signal, as Ctrl-C does. */
@Timeout(120)
class InterruptionTest {
    @TempDir
    static Path directory;

    @Test
    void aComparisonThatIsInterrupted_leavesWhatItHas_andNoProcess() throws Exception {
        Path prefix = directory.resolve("figures");
        Process comparison = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.nettystreams.benchmarks.Main",
                        "compare",
                        "--baseline=raw-nio",
                        "--servers=raw-nio",
                        "--workloads=request-reply,pipelined,churn",
                        "--rounds=2",
                        "--warm-up=0.05",
                        "--round-time=0.05",
                        "--latency-load=0",
                        "--jvm-option=-XX:TieredStopAtLevel=1",
                        "--output=" + prefix)
                .redirectErrorStream(true)
                .start();
        try {
            List<ProcessHandle> servers = List.of();
            StringBuilder output = new StringBuilder();
            BufferedReader lines = comparison.inputReader();
            String line;
            while ((line = lines.readLine()) != null) {
                output.append(line).append('\n');
                if (line.startsWith("  request-reply: ")) {
                    servers = comparison.descendants().toList();
                    comparison.toHandle().destroy(); // destroy() of the process would close its output
                }
            }
            assertThat(comparison.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output).contains("INTERRUPTED", "raw-nio", "written: " + prefix + ".json");
            assertThat(servers).hasSize(2);
            for (ProcessHandle server : servers) {
                server.onExit().get(10, TimeUnit.SECONDS);
            }
            assertThat(isComplete(prefix)).isFalse();
        } finally {
            comparison.destroyForcibly();
        }
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
