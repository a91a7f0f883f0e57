/**
 * A server's counts for Micrometer. For programs that have Micrometer; no other part of the library needs it.
 *
 * <pre>{@code
 * new StreamServerMetrics(server).bindTo(registry);
 * }</pre>
 *
 * <p>A program with a {@code module-info} adds {@code requires micrometer.core}.
 */
@NullMarked
package dev.nettystreams.netty.micrometer;

import org.jspecify.annotations.NullMarked;
