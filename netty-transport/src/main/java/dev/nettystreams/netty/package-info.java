/**
 * Streams over Netty channels: TCP, Unix sockets, pipes and child processes, on epoll, io_uring, kqueue or NIO.
 *
 * <h2>The idea</h2>
 *
 * {@link dev.nettystreams.netty.NettyStreams} is the entry point. It has event loops, opens connections, and starts
 * servers that run a {@link dev.nettystreams.ConnectionHandler} for each accepted connection. The package covers what
 * surrounds a conversation: name lookups, Happy Eyeballs, accepting within a cap, closing in good order, shutdown. The
 * conversation itself uses the package {@link dev.nettystreams}.
 *
 * <p>Programs that have a Netty server already put a {@link dev.nettystreams.netty.StreamChannelHandler} at the end of
 * a pipeline, or {@linkplain dev.nettystreams.netty.StreamChannelHandler#adopt adopt} an open channel and
 * {@linkplain dev.nettystreams.netty.StreamChannelHandler#handBack hand it back}.
 *
 * <h2>A program</h2>
 *
 * A server with bounds: at most 1,000 connections, each silent for a minute at most, 10 seconds to end.
 *
 * <pre>{@code
 * ServerOptions options = ServerOptions.DEFAULT
 *         .withMaxConnections(1000)
 *         .withReadIdleTimeout(Duration.ofMinutes(1));
 * StreamServer server = await(streams.startServer((reader, writer) -> {
 *     for (byte[] line : reader.lines()) {
 *         writer.write(line);
 *         await(writer.drain());
 *     }
 * }, "127.0.0.1", 0, options));
 *
 * ConnectOptions patience = ConnectOptions.DEFAULT.withConnectTimeout(Duration.ofSeconds(5));
 * try (StreamConnection client = await(streams.openConnection("127.0.0.1", server.port(), patience))) {
 *     client.writer().write("hello\n", UTF_8);
 *     System.out.print(new String(await(client.reader().readLine()), UTF_8));
 * }
 * await(server.shutdown(Duration.ofSeconds(10)));
 * System.out.println(server.metrics().connectionsAccepted() + " connection, " + server.connectionCount() + " open");
 * // prints: hello
 * // prints: 1 connection, 0 open
 * }</pre>
 *
 * <h2>Main types</h2>
 *
 * <ul>
 *   <li>{@link dev.nettystreams.netty.NettyStreams}: opens and starts everything.
 *   <li>{@link dev.nettystreams.netty.ConnectOptions}, {@link dev.nettystreams.netty.ServerOptions}: timeouts, address
 *       families, TLS, a hook that sees each channel first.
 *   <li>{@link dev.nettystreams.netty.StreamServer}, {@link dev.nettystreams.netty.ServerMetrics}: a server, its ways
 *       to end, and its counts.
 *   <li>{@link dev.nettystreams.netty.StreamProcess}: a child process as three streams.
 *   <li>{@link dev.nettystreams.netty.StreamChannelHandler}: streams in a pipeline of your own.
 *   <li>{@link dev.nettystreams.netty.IoBackend}: the operating system's I/O mechanism.
 *   <li>{@link dev.nettystreams.netty.NettyBytes}: borrowed bytes as a {@code ByteBuf}, and the reverse.
 * </ul>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Threads.</b> Each connection stays on one event loop. A handler runs on a thread of its own, unless
 *       {@link dev.nettystreams.Await#onEventLoop(dev.nettystreams.ConnectionHandler) Await.onEventLoop} or
 *       {@link dev.nettystreams.ConnectionHandler#callbacks ConnectionHandler.callbacks} puts it on the loop, where it
 *       must not block the loop.
 *   <li><b>Cancellation.</b> A cancelled {@code openConnection} or {@code startServer} leaves no socket open.
 *   <li><b>Ownership.</b> {@code NettyStreams} that created its loops ends them when it closes; loops that were passed
 *       to it go on. A handler's connection closes when the handler ends; a connection that you open is yours to close.
 *   <li><b>Bounds.</b> A server accepts up to
 *       {@link dev.nettystreams.netty.ServerOptions#maxConnections} connections at a time; the others wait in the
 *       system's backlog. Every wait for a peer has a timeout, or an option that sets one.
 *   <li><b>Versions.</b> The first call checks the version of Netty, and names the one it found if it does not suit.
 * </ul>
 */
@NullMarked
package dev.nettystreams.netty;

import org.jspecify.annotations.NullMarked;
