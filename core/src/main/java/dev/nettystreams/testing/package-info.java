/**
 * Test support: in-memory streams with faults on demand, an event loop whose clock the test advances, and the
 * conformance suite that every transport of this project passes, as plain functions.
 */
@NullMarked
package dev.nettystreams.testing;

import org.jspecify.annotations.NullMarked;
