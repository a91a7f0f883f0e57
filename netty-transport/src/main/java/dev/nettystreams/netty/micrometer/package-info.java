/**
 * The counts of a server as Micrometer's meters, for programs that have Micrometer.
 *
 * <h2>The idea</h2>
 *
 * A server counts its connections and bytes always ({@link dev.nettystreams.netty.ServerMetrics}). A
 * {@link dev.nettystreams.netty.micrometer.StreamServerMetrics} lets a registry read these counts when it publishes, so
 * connections do no work for it. No other part of the library needs Micrometer. A program with a {@code module-info}
 * adds {@code requires micrometer.core}.
 *
 * <h2>A program</h2>
 *
 * <pre>{@code
 * MeterRegistry registry = new SimpleMeterRegistry();
 * StreamServer server = await(streams.startServer(
 *         (reader, writer) -> writer.write(await(reader.readLine())), "127.0.0.1", 0));
 * try (StreamServerMetrics metrics = new StreamServerMetrics(server, Tags.of("protocol", "echo"))) {
 *     metrics.bindTo(registry);
 *     StreamConnection client = await(streams.openConnection("127.0.0.1", server.port()));
 *     client.writer().write("hello\n", UTF_8);
 *     await(client.reader().readLine());
 *     client.close();
 *     await(server.shutdown(Duration.ofSeconds(10)));
 *     FunctionCounter read = registry.get("nettystreams.bytes.read").tag("protocol", "echo").functionCounter();
 *     System.out.println((int) read.count() + " bytes read");
 * }
 * System.out.println(registry.getMeters().size() + " meters left");
 * // prints: 6 bytes read
 * // prints: 0 meters left
 * }</pre>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Threads.</b> Any thread may bind, close and read. A meter reads a count without a lock.
 *   <li><b>Cancellation.</b> Nothing here waits, so there is nothing to cancel.
 *   <li><b>Ownership.</b> A registry holds the counts weakly. {@code close} removes the meters; the server goes on.
 *   <li><b>Bounds.</b> A server has eleven meters, whatever the number of its connections.
 * </ul>
 */
@NullMarked
package dev.nettystreams.netty.micrometer;

import org.jspecify.annotations.NullMarked;
