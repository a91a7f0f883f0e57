package dev.nettystreams.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.ServerKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compare --warmup 3",
                "compare --rounds 0",
                "compare --rounds many",
                "compare --round-time 0",
                "compare --warm-up NaN",
                "compare --latency-load -1",
                "compare --latency-time -2",
                "compare --idle-connections 0",
                "compare --servers ours-loop,nobody",
                "compare --baseline nobody",
                "compare --workloads request-reply,nothing",
                "compare --server name",
                "compare --server =command",
                "compare --server vertx=command",
                "compare --server a=x --server a=y",
                "compare --server a,b=command",
                "compare --servers vertx,vertx",
                "compare --servers netty-lines --workloads echo",
                "compare --baseline netty-lines --workloads request-reply,echo",
                "compare --server-cores zero",
                "compare --server-cores 3-1",
                "compare --generator-cores 12345",
                "growth --servers nobody",
                "growth --servers netty-lines",
                "growth --most-connections 0",
                "growth --most-connections 10001",
                "growth surplus",
                "serve raw-nio echo 4000 --loops 0",
                "serve vertx echo 4000 --loops 2",
                "compare surplus",
                "serve nobody ping 4000",
                "serve raw-nio juggle 4000",
                "serve raw-nio ping 0",
                "serve raw-nio ping 70000",
                "serve raw-nio relay 4000",
                "serve raw-nio relay:x 4000",
                "serve raw-nio ping 4000 tls chain.pem",
                "serve raw-nio ping 4000 ssl chain.pem key.pem",
                "serve raw-nio",
                "micro noSuchBenchmark",
                "list surplus",
                "sing"
            })
    void misuse_isOneLine_andStatus2(String arguments) {
        assertThat(execute(arguments)).isEqualTo(2);
        assertThat(err.toString()).startsWith("netty-streams-benchmarks: ").endsWith("\n");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void anUnwritableOutput_isOneLine_beforeAnythingIsMeasured() {
        assertThat(execute("compare --quick --output /no/such/directory/figures"))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("netty-streams-benchmarks: --output: cannot write to /no/such/directory\n");
    }

    @Test
    void list_namesAllServersAndWorkloads() {
        assertThat(execute("list")).isZero();
        assertThat(ServerKind.all()).hasSizeGreaterThan(15);
        assertThat(ServerKind.all())
                .allSatisfy(kind -> assertThat(out.toString()).contains("  " + kind.name() + " "));
        assertThat(Workload.all()).hasSize(22);
        assertThat(Workload.all().stream().filter(each -> !each.isTls()))
                .allSatisfy(each -> assertThat(out.toString()).contains("  " + each.name() + " "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"compare", "growth", "micro", "serve", "list"})
    void help_isThereForEachCommand(String command) {
        assertThat(execute(command + " --help")).isZero();
        assertThat(out.toString()).contains("Usage: netty-streams-benchmarks " + command);
    }
}
