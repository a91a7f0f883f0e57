/**
 * The events of JDK Flight Recorder. No API: the module does not export this package.
 *
 * <p>This is the only package that uses {@code jdk.jfr}, a module that a run-time image may lack.
 * {@link dev.nettystreams.flight.Flight} is the door: it asks once whether the module is there, and every other use of
 * the package is behind its answer. An event that is off costs the read of a field, which compiled code leaves out
 * until a recording first starts.
 *
 * <pre>
 *   the streams --ConnectionProbe--> Flight --is the event on?--> an event class --commit--> the recording
 *   JFR's own thread --once for each chunk of a recording--> OpenConnection, for each of OpenConnections
 * </pre>
 *
 * The package knows a connection as a {@link dev.nettystreams.flight.Recorded}, and depends on no other package.
 */
@NullMarked
package dev.nettystreams.flight;

import org.jspecify.annotations.NullMarked;
