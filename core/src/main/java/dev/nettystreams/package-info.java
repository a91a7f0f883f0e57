/**
 * Asynchronous byte streams with the contract of Python's asyncio streams: the package that applications use most.
 *
 * <h2>The idea</h2>
 *
 * A {@link dev.nettystreams.StreamConnection} is a pair. Its {@link dev.nettystreams.StreamReader} has reads that
 * complete when the bytes they ask for have arrived: a line, a number of bytes, all bytes before a separator. The
 * {@code write} of its {@link dev.nettystreams.StreamWriter} never waits, and {@code drain} waits until the peer keeps
 * up. A program is therefore the protocol's own sequence of steps. It has no state machine, no decoder, and no buffer
 * that a peer can fill without bound.
 *
 * <p>Every operation that may have to wait returns a {@link java.util.concurrent.CompletableFuture}. Straight-line code
 * passes it to {@link dev.nettystreams.Await#await await}, and callbacks compose it. This package opens no sockets:
 * {@code dev.nettystreams.netty} opens connections, and {@code dev.nettystreams.testing} makes them in memory.
 *
 * <h2>A program</h2>
 *
 * A server answers each word with its length. The client gives up a read, then reads again. {@code streams} is a
 * {@code NettyStreams}, and {@code await} is imported from {@link dev.nettystreams.Await}.
 *
 * <pre>{@code
 * ConnectionHandler lengths = (reader, writer) -> {
 *     TextReader words = reader.text(UTF_8);
 *     String word;
 *     while ((word = await(words.readLine())) != null) {
 *         writer.write(word.length() + "\n", UTF_8);
 *         await(writer.drain()); // waits for a client that reads slowly
 *     }
 * };
 * StreamServer server = await(streams.startServer(lengths, "127.0.0.1", 0));
 * try (StreamConnection client = await(streams.openConnection("127.0.0.1", server.port()))) {
 *     client.writer().write("stream", UTF_8); // no line feed yet, so no answer
 *     System.out.println("given up: " + client.reader().readLine().cancel(false));
 *     client.writer().write("s\n", UTF_8);
 *     System.out.println(await(client.reader().text(UTF_8).readLine()));
 * }
 * server.close();
 * // prints: given up: true
 * // prints: 7
 * }</pre>
 *
 * <h2>Main types</h2>
 *
 * <ul>
 *   <li>{@link dev.nettystreams.StreamReader}, {@link dev.nettystreams.StreamWriter}: bytes in and out. Views of the
 *       same bytes are {@link dev.nettystreams.TextReader}, {@link dev.nettystreams.NumberReader} and
 *       {@link dev.nettystreams.NumberWriter}.
 *   <li>{@link dev.nettystreams.ConnectionHandler}: a conversation with one peer, and the argument of servers.
 *   <li>{@link dev.nettystreams.Await}: waits, timeouts, tasks, and the kind of thread that a handler runs on.
 *       {@link dev.nettystreams.TaskGroup}: tasks that begin and end together.
 *   <li>{@link dev.nettystreams.StreamLimits}: the bounds of a connection.
 *   <li>{@link dev.nettystreams.ConnectionMetrics}: its counts.
 * </ul>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Threads.</b> Any thread may call any method. A connection's state changes on its event loop only. Callbacks
 *       of pending futures run there, too: they must not block, and {@code await} throws there.
 *   <li><b>Misuse and failure.</b> Misuse (a negative count, a second read, a write after {@code close}) throws at the
 *       call. A failure of the network or the peer fails the future, with an exception that holds its data:
 *       {@link dev.nettystreams.StreamBrokenException} if the connection was lost,
 *       {@link dev.nettystreams.StreamClosedException} if this side had ended it.
 *   <li><b>End.</b> Reads deliver all bytes received before EOF or a failure. Some then return an empty result; others
 *       fail with {@link dev.nettystreams.IncompleteReadException}, which holds the bytes that did arrive.
 *   <li><b>Cancellation.</b> A read that is cancelled or times out consumes no bytes. An interrupt of a thread in
 *       {@code await} cancels the operation it waits for.
 *   <li><b>Ownership.</b> {@code write} copies the bytes, and a read returns an array of the caller's own.
 *       {@code writeOwned} and {@link dev.nettystreams.BorrowedBytes} avoid the copies, and say who owns the memory.
 *   <li><b>Bounds.</b> A reader buffers about twice its limit, then stops reading from the peer. A writer that drains
 *       buffers up to its high mark and one write. {@code close} aborts a connection whose peer has not taken the bytes
 *       within {@link dev.nettystreams.StreamLimits#closeTimeout}, and then lingers within
 *       {@linkplain dev.nettystreams.StreamWriter#close bounds}.
 * </ul>
 *
 * @serial exclude the exceptions are serializable because all exceptions are, in no form that the library promises
 */
@NullMarked
package dev.nettystreams;

import org.jspecify.annotations.NullMarked;
