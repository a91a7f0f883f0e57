package dev.nettystreams.recipes

import dev.nettystreams.ConnectionHandler
import dev.nettystreams.StreamConnection
import dev.nettystreams.StreamReader
import dev.nettystreams.StreamWriter
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CompletionStage
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.future.await
import kotlinx.coroutines.future.future
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/**
 * Awaits a read, and keeps its bytes also if the coroutine is cancelled in the very moment in which they arrive.
 *
 * kotlinx' own `await` then throws, although the read has taken its bytes. Here either the read is called off, and
 * consumes no byte, or its result is returned, and the next suspension throws.
 */
suspend fun <T> CompletableFuture<T>.awaitRead(): T =
    try {
        await()
    } catch (e: CancellationException) {
        if (cancel(false) || isCancelled) throw e
        withContext(NonCancellable) { await() } // done, or about to be
    }

/** Runs each conversation as a coroutine of [scope], whose dispatcher chooses the thread. */
fun coroutineHandler(
    scope: CoroutineScope,
    conversation: suspend (StreamReader, StreamWriter) -> Unit,
): ConnectionHandler =
    object : ConnectionHandler {
        override fun start(connection: StreamConnection): CompletionStage<*> =
            scope.future { conversation(connection.reader(), connection.writer()) }

        override fun handle(reader: StreamReader, writer: StreamWriter) =
            runBlocking { conversation(reader, writer) }
    }
