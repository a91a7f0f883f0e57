/**
 * Tests without sockets, threads or waiting: streams in memory, an event loop turned by hand, a conformance suite.
 *
 * <h2>The idea</h2>
 *
 * A test of a protocol is two ends of a connection: the code under test has one, the test plays the peer on the other.
 * {@link dev.nettystreams.testing.MemoryStreams} connects them in memory. A
 * {@link dev.nettystreams.testing.ManualLoop} runs their tasks when the test says so, on the test's thread, and has a
 * clock that only the test advances. An event that has not happened after
 * {@link dev.nettystreams.testing.ManualLoop#runReady} will not happen without another step. A test can therefore show
 * that a future is <em>not</em> done, and a timeout of an hour takes no time.
 *
 * <p>Authors of protocols use the streams and the loop; authors of transports run
 * {@link dev.nettystreams.testing.StreamChecks} over their own.
 *
 * <h2>A program</h2>
 *
 * A handler greets its client, who has 30 seconds to say a name.
 *
 * <pre>{@code
 * ConnectionHandler greeting = ConnectionHandler.callbacks(
 *         (reader, writer) -> reader.text(UTF_8)
 *                 .readLine()
 *                 .orTimeout(30, SECONDS)
 *                 .handle((name, failure) -> failure == null ? "hello " + name : "too slow")
 *                 .thenAccept(answer -> writer.write(answer + "\n", UTF_8)));
 * ManualLoop loop = new ManualLoop();
 * MemoryPair pair = MemoryStreams.pair(loop);
 * pair.near().serve(greeting, FailureReporter.LOGGING);
 * pair.far().writer().write("half a na", UTF_8);
 * CompletableFuture<String> answer = pair.far().reader().text(UTF_8).readLine();
 * loop.advance(Duration.ofSeconds(29));
 * System.out.println("answered after 29 s: " + answer.isDone());
 * loop.advance(Duration.ofSeconds(1));
 * System.out.println("after 30 s: " + answer.join());
 * // prints: answered after 29 s: false
 * // prints: after 30 s: too slow
 * }</pre>
 *
 * <h2>Main types</h2>
 *
 * <ul>
 *   <li>{@link dev.nettystreams.testing.MemoryStreams}, {@link dev.nettystreams.testing.MemoryPair},
 *       {@link dev.nettystreams.testing.MemoryOptions}: two connected ends, and their capacity and chunk size. Chunks
 *       of one byte try every boundary.
 *   <li>{@link dev.nettystreams.testing.MemoryWire}: one direction, which a test stalls, cuts or truncates.
 *   <li>{@link dev.nettystreams.testing.ForwardingTransport}, {@link dev.nettystreams.testing.ForwardingEvents}: for
 *       other faults, a transport that passes on what a test does not change.
 *   <li>{@link dev.nettystreams.testing.ManualLoop}, and {@link dev.nettystreams.testing.BackgroundLoop} on a thread of
 *       its own, for code that blocks.
 *   <li>{@link dev.nettystreams.testing.StreamChecks}, {@link dev.nettystreams.testing.PairSource}: the suite that
 *     every transport of this project passes, as plain functions for any test framework.
 * </ul>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Threads.</b> A manual loop runs on the thread that turns it, one thread at a time. Any thread may submit
 *       tasks. Code that blocks in {@code await} on the test's own thread would wait forever: run it with
 *       {@code Await.onEventLoop}, or on a background loop.
 *   <li><b>Time.</b> {@code orTimeout}, {@code Await.withTimeout} and the close timeout use the manual clock.
 *   <li><b>Cancellation, ownership and bounds</b> are those of the streams, over a wire that holds
 *       {@link dev.nettystreams.testing.MemoryOptions#capacityBytes} bytes.
 *   <li><b>Failures.</b> An exception that a task throws reaches the test, out of the call that turned the loop.
 * </ul>
 */
@NullMarked
package dev.nettystreams.testing;

import org.jspecify.annotations.NullMarked;
