/**
 * The load generator: clients on one event loop in the harness's own process.
 *
 * <p>A {@code Workload} is a number of connections that repeat one {@code Exchange} of a request and its reply; even a
 * sink replies, once in a MiB, so that each operation that is counted has passed through the server. {@code ClosedLoop}
 * sends the next request when a reply arrives, and measures the rate. {@code OpenLoop} sends at a fixed rate, whatever
 * the server does, and measures each latency from the time at which the request was due: a server that stalls delays
 * all requests of that time, and all of them count (no coordinated omission).
 */
@NullMarked
package dev.nettystreams.benchmarks.load;

import org.jspecify.annotations.NullMarked;
