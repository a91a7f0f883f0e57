/**
 * The servers that are compared: each speaks every {@link dev.nettystreams.benchmarks.servers.Mode} that it can, in a
 * process of its own, on one event loop.
 *
 * <p>{@code ServerKind} is the list of them; {@code ServerTask} says what one process is to do. All servers read the
 * same requests and send the same replies, whose bytes are in {@code Protocol}. Each is written as a careful user of
 * its library writes it.
 */
@NullMarked
package dev.nettystreams.benchmarks.servers;

import org.jspecify.annotations.NullMarked;
