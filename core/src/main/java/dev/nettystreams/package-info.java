/**
 * Asynchronous byte streams with the contract of Python's asyncio streams.
 *
 * <p>A {@link dev.nettystreams.StreamConnection} is a pair: a {@link dev.nettystreams.StreamReader} whose reads complete
 * when the bytes that they ask for are there, and a {@link dev.nettystreams.StreamWriter} whose {@code write} never waits
 * and whose {@code drain} waits for the peer to keep up. Every operation returns a
 * {@link java.util.concurrent.CompletableFuture}; {@link dev.nettystreams.Await} turns such code into straight lines.
 *
 * <p>Rules that hold for every method here: any thread may call it; misuse (a negative count, a second read, a write after
 * {@code close}) throws at the call, and what the network does is the outcome of the future.
 */
@NullMarked
package dev.nettystreams;

import org.jspecify.annotations.NullMarked;
