package dev.nettystreams.benchmarks;

import dev.nettystreams.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The microbenchmarks, by JMH with its profiler of allocations. */
@Command(name = "micro", description = "Runs the microbenchmarks, over streams in memory.")
final class MicroCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "PATTERN",
            description = "Regular expressions, of which one is found in a benchmark's name (default: all).")
    private List<String> patterns = new ArrayList<>();

    @Option(names = "--quick", description = "One fork with short iterations. Not for publication.")
    private boolean isQuick;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ChainedOptionsBuilder options =
                new OptionsBuilder().addProfiler(GCProfiler.class).shouldFailOnError(true);
        (patterns.isEmpty() ? List.of(".*") : patterns).forEach(options::include);
        options.jvmArgsAppend("--add-opens=java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED");
        boolean hasTasks = Await.isOnEventLoopAvailable();
        if (!hasTasks) {
            options.exclude("awaitSuspended");
        }
        if (isQuick) {
            options.forks(1)
                    .warmupIterations(2)
                    .measurementIterations(2)
                    .warmupTime(TimeValue.milliseconds(300))
                    .measurementTime(TimeValue.milliseconds(300));
        } else {
            options.forks(3)
                    .warmupIterations(5)
                    .measurementIterations(5)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementTime(TimeValue.seconds(1));
        }
        try {
            new Runner(options.build()).run();
        } catch (NoBenchmarksException e) {
            throw new ParameterException(spec.commandLine(), "no benchmark matches: " + String.join(" ", patterns), e);
        }
        if (!hasTasks) {
            spec.commandLine().getOut().println("Left out: awaitSuspended, which needs Java 21.");
        }
        if (isQuick) {
            spec.commandLine().getOut().println("A quick look: NOT FOR PUBLICATION.");
        }
        return 0;
    }
}
