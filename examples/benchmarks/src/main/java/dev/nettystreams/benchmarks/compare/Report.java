package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

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
    private static final Pattern PLAIN_WORD = Pattern.compile("[\\w@%+=:,./-]+");

    /** Returns the results of a workload, in the order of the plan. */
    List<Result> resultsOf(Workload workload) {
        return results.stream()
                .filter(result -> result.workload().equals(workload))
                .toList();
    }

    /** Returns the command line as a shell would read it. */
    String command() {
        return String.join(
                " ",
                commandLine.stream()
                        .map(word -> PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'")
                        .toList());
    }

    /** Returns the sentences that a reader must not miss. */
    List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (!settings.isForPublication()) {
            remarks.add("NOT FOR PUBLICATION: a quick look, with short rounds and little warm-up.");
        }
        if (!isComplete) {
            remarks.add("INTERRUPTED, or ended by a failure: these are the figures so far.");
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
        if (results.stream().map(Result::latencies).anyMatch(each -> each != null && each.isGeneratorLate())) {
            remarks.add("The generator sent requests late (its row): the latencies contain that delay.");
        }
        if (results.stream()
                .anyMatch(result -> result.workload().kind() != Workload.Kind.IDLE
                        && result.rounds().size() < settings.rounds())) {
            remarks.add("Time was short: some servers had fewer than " + settings.rounds() + " rounds.");
        }
        return remarks;
    }
}
