/**
 * Carried threads: virtual threads that run on an event loop. No API: the module does not export this package.
 *
 * <h2>The idea</h2>
 *
 * When a virtual thread becomes runnable, the JDK passes its next piece of work, its <em>continuation</em>, to the
 * thread's scheduler. Here the scheduler is an event loop, the thread's <em>carrier</em>. Code on a carried thread is
 * straight-line code that may block. The threads of a loop and the loop's own tasks run one at a time, as asyncio's
 * coroutines do. A <em>run</em> is the execution of one continuation, from its mount to the next park.
 *
 * <pre>
 *   unpark on the loop ----------> ready --an event ends, or a task--> a run: mount ... park --> settle: the calls that
 *   unpark on another thread --> arrivals --a task of the loop--^                                the thread deferred
 *                                   \__the loop has ended--> FallbackThreads, where no call of the streams waits
 * </pre>
 *
 * <h2>States of a carrier</h2>
 *
 * <pre>
 *   state     | meaning                              | left
 *   ----------+--------------------------------------+------------------------------------------------------------
 *   IDLE      | no thread is ready, or one became    | a thread becomes ready outside of an event: SCHEDULED
 *             | ready in an event that is under way  | the event ends: RUNNING
 *   SCHEDULED | a task of the loop will run the      | that task begins, or an event ends before it: RUNNING
 *             | ready threads                        |
 *   RUNNING   | a thread is mounted                  | it parks or ends: SETTLING
 *   SETTLING  | the loop's own thread makes the      | another thread is ready: RUNNING
 *             | calls that the thread deferred       | none is ready: IDLE
 *             |                                      | 256 runs are over, and a thread is ready: SCHEDULED
 * </pre>
 *
 * A task that finds no ready thread does nothing, so a superfluous task is harmless; a missing one would be a lost
 * wake-up. The end of the loop is a separate flag, {@code isOrphaned}: any thread may set it, in any state, and it is
 * never cleared.
 *
 * <h2>Fields, and who may touch them</h2>
 *
 * <pre>
 *   field                       | written by                    | read by
 *   ----------------------------+-------------------------------+----------------------------------------------------
 *   LoopCarrier.state, ready,   | the loop's thread, and a      | the same threads
 *     eventDepth                | carried thread during its run |
 *   LoopCarrier.isOrphaned      | any thread                    | any thread (volatile)
 *   Arrivals.queue              | any thread                    | the loop's thread; any thread when the loop has ended
 *   Arrivals.isTaskPending      | any thread; the loop's thread | any thread (compare-and-set)
 *                               | clears it                     |
 *   ParkedCalls                 | as LoopCarrier.state          | the same threads
 *   PinProbe                    | as LoopCarrier.state          | the watch, racily: it interrupts only by WatchedWait
 *   Interrupts, InterruptScope, | any thread, by compare-and-   | their own thread, and senders
 *     WatchedWait               | set                           |
 * </pre>
 *
 * {@code core/docs/concurrency.md} lists each field with its access mode.
 *
 * <h2>Why it is safe</h2>
 *
 * <ul>
 *   <li>No thread runs inside {@code unpark}, because the caller of {@code unpark} may be in the middle of a change of
 *       state. A thread that becomes ready in an event of the streams runs at the event's end, when no frame of the
 *       streams is below it on the stack. Before Java 24 it runs in a task of the loop: there, monitors belong to the
 *       loop's own thread, so the mounted thread could enter a monitor that a frame below it holds.
 *   <li>A carried thread runs while its loop does nothing else, so it may touch the state of the loop's connections. It
 *       is not the loop's own thread, so it must not call transports, and with them Netty. Its calls of them are
 *       deferred until it has parked ({@link dev.nettystreams.carrier.Carrier#defer}), and so are the bytes it writes
 *       ({@link dev.nettystreams.carrier.Carrier#write}).
 *   <li>The streams never block in the middle of a change of state, so a thread that parks never leaves a connection
 *       half changed. The only lock that a carried thread takes in them, that of {@code CrossThreadWrites}, is taken
 *       before the change.
 *   <li>{@code PinWatch} finds a run that holds up its loop because the JDK cannot unmount the thread.
 * </ul>
 *
 * <h2>The seam</h2>
 *
 * The streams use three types of this package: {@link dev.nettystreams.carrier.Carrier}, the threads of one loop;
 * {@link dev.nettystreams.carrier.CarriedThreads}, the factory of threads; and
 * {@link dev.nettystreams.carrier.Interrupts} with its {@link dev.nettystreams.carrier.InterruptScope}, the owner of a
 * thread's interrupts. This package uses two interfaces: {@link dev.nettystreams.carrier.Outgoing}, which receives the
 * bytes that a thread wrote before it parked, and {@link dev.nettystreams.spi.Loop}.
 */
@NullMarked
package dev.nettystreams.carrier;

import org.jspecify.annotations.NullMarked;
