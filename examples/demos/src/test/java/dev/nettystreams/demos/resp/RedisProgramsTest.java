package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Programs;
import dev.nettystreams.demos.RunOn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class RedisProgramsTest {
    static List<RunOn> waysToRun() {
        return Arrays.stream(RunOn.values()).filter(RunOn::isAvailable).toList();
    }

    @ParameterizedTest
    @MethodSource("waysToRun")
    void redisCliAndBenchmark_areContent(RunOn runOn) throws Exception {
        Programs.require("redis-cli", "redis-benchmark");
        try (DemoProcess server = DemoProcess.demo("resp-server", "--port", "0", "--run-on", runOn.toString())) {
            String port = Integer.toString(server.listeningPort());
            assertThat(cli(port, "", "set", "k", "v")).isEqualTo("OK\n");
            assertThat(cli(port, "a\0b\r\n", "-x", "set", "binary")).isEqualTo("OK\n");
            assertThat(cli(port, "", "get", "binary")).isEqualTo("a\0b\r\n\n");
            assertThat(cli(port, "", "incr", "k")).isEqualTo("ERR value is not an integer or out of range\n\n");
            assertThat(cli(port, "get k\nnonsense a\ndbsize\n"))
                    .isEqualTo("v\nERR unknown command 'nonsense', with args beginning with: 'a' \n\n2\n");
            String benchmark = run(
                    "",
                    "redis-benchmark",
                    "-p",
                    port,
                    "-P",
                    "16",
                    "-n",
                    "5000",
                    "-c",
                    "8",
                    "-q",
                    "-t",
                    "ping,set,get,incr");
            assertThat(benchmark)
                    .contains("PING_INLINE", "PING_MBULK", "SET", "GET", "INCR")
                    .contains("requests per second");
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    private static String cli(String port, String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", port));
        command.addAll(List.of(arguments));
        return run(input, command.toArray(String[]::new));
    }

    private static String run(String input, String... command) throws Exception {
        Finished program = Finished.run(input.getBytes(UTF_8), List.of(command));
        assertThat(program.err()).isEmpty();
        return program.text();
    }
}
