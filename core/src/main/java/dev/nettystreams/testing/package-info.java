/**
 * For tests: streams in memory with faults to order, a loop whose time is turned by hand, and the conformance suite that
 * every transport of this project passes, as plain functions.
 */
@NullMarked
package dev.nettystreams.testing;

import org.jspecify.annotations.NullMarked;
