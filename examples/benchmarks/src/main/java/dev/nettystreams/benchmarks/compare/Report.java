package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * All that a comparison found out.
 *
 * @param time the end of the comparison
 * @param commandLine the arguments of this program
 * @param facts the machine and the programs
 * @param settings the times
 * @param results the figures
 * @param leftOut the servers that did not take part, with their reasons
 * @param isComplete false if it was interrupted
 */
public record Report(
        Instant time,
        List<String> commandLine,
        Map<String, String> facts,
        Settings settings,
        List<Result> results,
        Collection<String> leftOut,
        boolean isComplete) {

    /** Returns the sentences that a reader must not miss. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (!settings.isForPublication()) {
            remarks.add("NOT FOR PUBLICATION: a quick look, with short rounds and little warm-up.");
        }
        if (!isComplete) {
            remarks.add("INTERRUPTED: these are the figures so far.");
        }
        if (results.stream().anyMatch(Result::isByCpu)) {
            remarks.add("* The generator used more than 90 % of its core: the verdict compares processor time for each"
                    + " operation, not rates.");
        }
        if (results.stream().anyMatch(Result::isDisturbed)) {
            remarks.add(
                    "? Neither the server nor the generator was busy: other work of the machine was the limit, and the"
                            + " ratio says little.");
        }
        if (results.stream()
                .anyMatch(result -> result.workload().kind() != Workload.Kind.IDLE
                        && result.rounds().size() < settings.rounds())) {
            remarks.add("Time was short: some servers had fewer than " + settings.rounds() + " rounds.");
        }
        return remarks;
    }
}
