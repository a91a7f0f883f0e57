package dev.nettystreams.demos.tour;

import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tour}: every capability once, with real connections. */
@Command(
        name = "tour",
        mixinStandardHelpOptions = true,
        description = "Shows what the library can do, in a few seconds; fails if something does not work.")
public final class Tour implements Callable<Integer> {
    /** A new capability is a new class in this list. */
    private static final List<Stop> STOPS = List.of(
            new EchoEverywhere(),
            new WaysToWriteAHandler(),
            new Reads(),
            new Limits(),
            new StrictLines(),
            new HalfClose(),
            new Backpressure(),
            new Cancellation(),
            new SeveralTasks(),
            new Adoption(),
            new Proxy(),
            new Secured(),
            new GracefulShutdown(),
            new Errors());

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        List<String> failed = new ArrayList<>();
        Path directory = Files.createTempDirectory("tour");
        try (NettyStreams streams = NettyStreams.create()) {
            out.println("netty-streams on Java " + Runtime.version().feature() + ", " + streams);
            Guide guide = new Guide(streams, out, directory);
            for (Stop stop : STOPS) {
                if (!visit(stop, guide, out)) {
                    failed.add(stop.title());
                }
            }
        } finally {
            deleteAll(directory);
        }
        if (!failed.isEmpty()) {
            throw new TourException(
                    failed.size() + " of " + STOPS.size() + " stops failed: " + String.join("; ", failed));
        }
        out.printf("%nall %d stops in %.1f s%n", STOPS.size(), (System.nanoTime() - start) / 1e9);
        out.flush();
        return 0;
    }

    private static boolean visit(Stop stop, Guide guide, PrintWriter out) {
        long start = System.nanoTime();
        out.println();
        out.println("---- " + stop.title());
        boolean isOk = false;
        try {
            stop.show(guide);
            isOk = true;
        } catch (Exception e) {
            guide.say((e instanceof TourException ? "" : e.getClass().getSimpleName() + ": ") + OneLine.of(e));
        }
        out.println((isOk ? "  ok " : "FAILED ") + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) + " ms");
        out.flush();
        return isOk;
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(directory);
    }
}
