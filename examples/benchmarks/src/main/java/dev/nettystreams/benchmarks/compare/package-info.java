/**
 * The comparison of servers: pairs of processes, rounds, figures and reports. The page of the package above describes
 * the life of a comparison.
 */
@NullMarked
package dev.nettystreams.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
