package dev.nettystreams.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, once, with each of its parameters. */
class MicroTest {
    @Test
    void benchmarks_run() throws Exception {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("dev.nettystreams.benchmarks.micro")
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(3)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        if (!Await.isOnEventLoopAvailable()) {
            options.exclude("awaitSuspended");
        }
        Collection<RunResult> results = new Runner(options.build()).run();
        List<String> names = results.stream()
                .map(result -> result.getPrimaryResult().getLabel())
                .distinct()
                .toList();
        assertThat(names).contains("readLine", "readExactly", "readUntil", "writeAndDrain", "awaitComplete", "relay");
        assertThat(names.contains("awaitSuspended")).isEqualTo(Await.isOnEventLoopAvailable());
        assertThat(results).hasSizeGreaterThanOrEqualTo(15);
    }
}
