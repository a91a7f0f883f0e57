package dev.nettystreams.support;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamCheck;
import dev.nettystreams.testing.StreamChecks;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;

/** The conformance suite as tests of JUnit, one for each promise. */
public final class ConformanceTests {
    /** Runs one check over one wire. */
    @FunctionalInterface
    public interface Run<W> {
        void run(W wire, StreamCheck check) throws Exception;
    }

    private ConformanceTests() {}

    public static Stream<DynamicTest> over(PairSource pairs) {
        return StreamChecks.all(pairs).stream().map(check -> dynamicTest(check.name(), check::run));
    }

    /** A container for each wire. */
    public static <W> Stream<DynamicContainer> overEach(
            Stream<W> wires, Function<? super W, ? extends PairSource> pairs) {
        return overEach(wires, pairs, (wire, check) -> check.run());
    }

    /** A container for each wire. */
    public static <W> Stream<DynamicContainer> overEach(
            Stream<W> wires, Function<? super W, ? extends PairSource> pairs, Run<? super W> run) {
        return wires.map(wire -> dynamicContainer(
                wire.toString(),
                StreamChecks.all(pairs.apply(wire)).stream()
                        .map(check -> dynamicTest(check.name(), () -> run.run(wire, check)))));
    }
}
