/**
 * Carried threads: virtual threads that run on an event loop. No API: the module does not export this package.
 *
 * <h2>The idea</h2>
 *
 * The JDK gives a virtual thread's next piece of work, its <em>continuation</em>, to the thread's scheduler whenever
 * the thread becomes runnable. Here the scheduler is an event loop. Code on such a thread waits in straight lines, and
 * all threads of a loop and the loop's own tasks run one at a time, as coroutines of asyncio do. A <em>run</em> is one
 * continuation, from its mount to the next park.
 *
 * <pre>
 *   unpark on the loop -----> ready --the event's end, or a task--> a run: mount ... park --> settle: transports are
 *   called unpark from elsewhere --> arrivals --a task of the loop--^
 *                                 \__the loop has ended--> FallbackThreads, where every call of the streams fails
 * </pre>
 *
 * <h2>States of a carrier</h2>
 *
 * <pre>
 *   state     | meaning                                       | left by
 *   ----------+-----------------------------------------------+-------------------------------------------------------
 *   IDLE      | no thread is ready                            | ready outside of an event: SCHEDULED
 *             |                                               | ready in an event: RUNNING, when the event ends
 *   SCHEDULED | a task of the loop will run what is ready     | the task, or an event's end before it: RUNNING
 *   RUNNING   | a thread is mounted, or about to be           | it parks or ends: SETTLING
 *   SETTLING  | the loop's own thread does what the parked    | all is done, and more are ready: RUNNING
 *             | thread asked of transports                    | none is ready: IDLE; 256 runs are over: SCHEDULED
 * </pre>
 *
 * A task that finds nothing ready does nothing, so one task too many is harmless and one too few is not. That the loop
 * has ended is a flag apart ({@code isOrphaned}): any thread may notice it, in any state, and it never goes back.
 *
 * <h2>Fields, and who may touch them</h2>
 *
 * <pre>
 *   field                      | written by                    | read by
 *   ---------------------------+-------------------------------+-------------------------------------------------------
 *   LoopCarrier.state, ready,  | the loop's thread, and a      | the same
 *     eventDepth               | carried thread during its run |
 *   LoopCarrier.isOrphaned     | any thread, once              | any thread (volatile)
 *   Arrivals                   | any thread                    | the loop's thread (queue, and a flag of one pending
 *   task) ParkedCalls                | a carried thread during its   | the loop's thread, while it settles
 *                              | run; the loop while it settles|
 *   PinProbe                   | the loop and its threads      | the watch, racily: it acts only by Interrupts'
 *   handshake Interrupts                 | any thread, by compare-and-set| its own thread, senders
 * </pre>
 *
 * <h2>Why it is safe</h2>
 *
 * <ul>
 *   <li>Nothing runs inside {@code unpark}. Its caller may be in the middle of a change of state; and before Java 24
 *       monitors belong to the carrier, so a thread mounted on top of a held monitor would be let in. A thread that
 *       becomes ready in an event of the streams runs at the event's end, where only the transport is below it; before
 *       Java 24 it runs by a task of the loop.
 *   <li>A carried thread is alone with its loop's connections and may touch their state. It is not the loop's thread:
 *       transports, and with them Netty, must not be called from it. Its calls of them wait until it has parked
 *       ({@link dev.nettystreams.carrier.Carrier#defer}), and its writes gather there.
 *   <li>The core never blocks in the middle of a change of state, so a park never shows a half-changed connection.
 *   <li>A run that holds up its loop, because the JDK cannot unmount the thread, is found by {@code PinWatch}.
 * </ul>
 *
 * <h2>The seam</h2>
 *
 * The streams know this package by {@link dev.nettystreams.carrier.Carrier}, the threads of one loop;
 * {@link dev.nettystreams.carrier.CarriedThreads}, the factory of threads; and
 * {@link dev.nettystreams.carrier.Interrupts}, the owner of a thread's interrupts. This package knows the streams by
 * {@link dev.nettystreams.carrier.Outgoing}, to which a parked thread's bytes go, and a loop by
 * {@link dev.nettystreams.spi.Loop}.
 */
@NullMarked
package dev.nettystreams.carrier;

import org.jspecify.annotations.NullMarked;
