/**
 * Asynchronous byte streams with the contract of Python's asyncio streams.
 *
 * <p>A {@link dev.nettystreams.StreamConnection} is a pair: a {@link dev.nettystreams.StreamReader} whose reads
 * complete when the bytes that they ask for have arrived, and a {@link dev.nettystreams.StreamWriter} whose
 * {@code write} never waits and whose {@code drain} waits for the peer to keep up. Every operation that may have to
 * wait returns a {@link java.util.concurrent.CompletableFuture}; with {@link dev.nettystreams.Await} such code is
 * written as straight-line code.
 *
 * <p>Two rules hold for every method here. Any thread may call it. Misuse (a negative count, a second read, a write
 * after {@code close}) throws at the call, and network failures complete the future.
 */
@NullMarked
package dev.nettystreams;

import org.jspecify.annotations.NullMarked;
