/**
 * Microbenchmarks, and a comparison of servers.
 *
 * <p><b>The life of a comparison.</b> {@code compare} makes a {@code Plan}: for each mode of serving (with or without
 * TLS) and each server, one pair of the server and the baseline. {@code Comparison} goes through the pairs. For each it
 * starts two processes, and no others live meanwhile: with many servers alive, the later ones were seen to lose a
 * fifth. {@code PairRun} then takes each workload of that mode through a warm-up of both, rounds that measure both in
 * turn (the order changes with each round), on demand a count of system calls, and an open loop for latencies. A ratio
 * is always one of two measurements of the same round, so that a disturbance of the machine meets both. {@code Report}
 * holds the results; {@code TableReport}, {@code JsonReport} and {@code ChartReport} write it, also when Ctrl-C ended
 * the comparison early.
 *
 * <p>{@code growth} is such a comparison, too: its workloads are the points of {@code Growth}, and {@code GrowthTable}
 * and {@code GrowthChart} write its report. {@code ComparisonRun} is the part that both commands share: warnings,
 * interruption, temporary files, and the files of the report.
 *
 * <p><b>Processes.</b> Each server is a process: {@code serve NAME MODE PORT [tls CERT KEY]} of this program,
 * {@code python3}, or a user's command. It prints a line when it listens. The end of its standard input ends it, so
 * that no server outlives its harness; a user's command is ended with its process group. The harness pins servers to
 * one core and itself to another one, by {@code taskset}.
 *
 * <p><b>Who measures what.</b> The generator (package {@code load}) counts operations and takes latencies. The harness
 * reads processor time and memory of a server from the operating system. The server itself counts the bytes that it
 * allocates, on request. {@code strace} counts system calls, while nothing else is measured.
 *
 * <p>The packages: {@code servers}, {@code load} (which needs the modes of servers), {@code compare} (which needs both)
 * and {@code micro}, which stands alone.
 */
@NullMarked
package dev.nettystreams.benchmarks;

import org.jspecify.annotations.NullMarked;
