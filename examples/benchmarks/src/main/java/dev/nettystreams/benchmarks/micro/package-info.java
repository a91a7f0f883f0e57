/**
 * The microbenchmarks: operations of the streams over memory, on a loop that the benchmark turns by hand. No socket and
 * no other thread takes part, so that a figure is this library's own work.
 */
@NullMarked
package dev.nettystreams.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
