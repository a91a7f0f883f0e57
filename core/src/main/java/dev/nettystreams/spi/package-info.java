/**
 * The contract between a transport and the streams above it. Applications do not need this package.
 *
 * <h2>The idea</h2>
 *
 * A transport is the wire of a connection: a socket, a pipe, memory. The streams do the rest: they buffer, find
 * separators, pause, time out, and close. Two interfaces face each other. The streams call
 * {@link dev.nettystreams.spi.Transport}, and the transport reports events to
 * {@link dev.nettystreams.spi.TransportEvents}. Both happen on the connection's {@link dev.nettystreams.spi.Loop}.
 *
 * <p>Authors of transports use this package. {@link dev.nettystreams.StreamConnection#over(Transport, StreamLimits)}
 * makes a connection of a transport. The {@linkplain dev.nettystreams.testing.StreamChecks conformance suite} checks
 * the result.
 *
 * <h2>A program</h2>
 *
 * The smallest transport: nothing to read, and everything written is discarded. Each effect of a call is a later task
 * of the loop, never an event inside the call.
 *
 * <pre>{@code
 * record Nowhere(Loop loop, AtomicReference<TransportEvents> events) implements Transport {
 *     public void start(TransportEvents streams, int highMarkBytes, int lowMarkBytes) {
 *         events.set(streams);
 *         loop.execute(streams::eofReceived);
 *     }
 *     public void pauseReading() {}
 *     public void resumeReading() {}
 *     public void write(byte[] source, int offset, int byteCount) {}
 *     public void writeOwned(ByteBuffer source) {}
 *     public void write(Chunk source) { source.skip(source.remaining()); }
 *     public void flush() {}
 *     public boolean isWritable() { return true; }
 *     public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {}
 *     public long pendingByteCount() { return 0; }
 *     public void notifyFlushed(long ticket) { loop.execute(() -> events.get().flushed(ticket)); }
 *     public boolean canWriteEof() { return false; }
 *     public void writeEof() { throw new UnsupportedOperationException("no half-close"); }
 *     public void beginTls() { throw new UnsupportedOperationException("no TLS"); }
 *     public void endOutputBy(OutputEnd end) { throw new UnsupportedOperationException("no TLS"); }
 *     public boolean finish() {
 *         loop.execute(() -> events.get().outputFinished());
 *         return false; // no peer answers this end with its own
 *     }
 *     public void close() { loop.execute(() -> events.get().connectionLost(null)); }
 *     public void abort() { close(); }
 *     public void detach() {}
 *     public Object extraInfo(String name) { return null; }
 * }
 * ManualLoop loop = new ManualLoop();
 * Transport nowhere = new Nowhere(loop, new AtomicReference<>());
 * StreamConnection connection = StreamConnection.over(nowhere, StreamLimits.DEFAULT);
 * connection.writer().write("into the void", UTF_8);
 * CompletableFuture<Void> flushed = connection.writer().flush();
 * CompletableFuture<byte[]> read = connection.reader().read(99);
 * loop.runReady();
 * System.out.println("flushed: " + flushed.isDone() + ", read: " + read.join().length + " bytes");
 * CompletableFuture<Void> closed = connection.waitClosed();
 * connection.close();
 * loop.runReady();
 * System.out.println("closed: " + closed.isDone());
 * // prints: flushed: true, read: 0 bytes
 * // prints: closed: true
 * }</pre>
 *
 * <h2>Main types</h2>
 *
 * <ul>
 *   <li>{@link dev.nettystreams.spi.Transport}, {@link dev.nettystreams.spi.TransportEvents}: calls and events.
 *   <li>{@link dev.nettystreams.spi.Loop}: runs the tasks of a connection one at a time.
 *       {@link dev.nettystreams.spi.LoopThreads#mark LoopThreads.mark} makes {@code await} refuse to block it.
 *   <li>{@link dev.nettystreams.spi.Chunk}: received bytes in the transport's memory, valid during one event.
 *       {@link dev.nettystreams.spi.Block}: bytes with an owner, valid until the owner releases them.
 *   <li>{@link dev.nettystreams.spi.OutputEnd}: the end of a protocol layer such as TLS, sent before the wire's own.
 *   <li>{@link dev.nettystreams.spi.IdleWatch}, {@link dev.nettystreams.spi.LogLimit},
 *       {@link dev.nettystreams.spi.CancelForwarding} and the rest: parts that transports share.
 * </ul>
 *
 * <h2>Rules</h2>
 *
 * <ul>
 *   <li><b>Threads.</b> Calls and events happen on the loop, except where {@code Transport} allows any thread.
 *   <li><b>Order.</b> No event is reported from inside a call. At most one EOF, with no data after it; at most one end
 *       of the output; finally, always, one {@code connectionLost}.
 *   <li><b>Ownership.</b> A chunk belongs to the transport, which reuses it after the event. A block has one owner, who
 *       releases it; {@code write(Block)} makes the transport its owner, even if it throws.
 *   <li><b>Bounds.</b> After {@code pauseReading}, a transport delivers only what was already under way. It reports
 *       {@code writable} when a buffer that exceeded the high mark has fallen to the low mark.
 *   <li><b>Cancellation</b> is the streams' affair. A transport sees {@code abort} and {@code close}.
 * </ul>
 */
@NullMarked
package dev.nettystreams.spi;

import dev.nettystreams.StreamLimits;
import org.jspecify.annotations.NullMarked;
