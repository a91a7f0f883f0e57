package dev.nettystreams.recipes

import dev.nettystreams.FailureReporter
import dev.nettystreams.StreamBrokenException
import dev.nettystreams.testing.ManualLoop
import dev.nettystreams.testing.MemoryPair
import dev.nettystreams.testing.MemoryStreams
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import kotlin.coroutines.CoroutineContext
import kotlin.text.Charsets.UTF_8
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

/** Coroutines over streams in memory, whose loop the test turns, and the whole program. */
@OptIn(ExperimentalCoroutinesApi::class)
class CoroutinesTest {
    private val loop = ManualLoop()
    private val pair: MemoryPair = MemoryStreams.pair(loop)
    private val reader = pair.near().reader()

    /** Resumes coroutines when the test says so. */
    private class Resumptions : CoroutineDispatcher() {
        private val due = ArrayDeque<Runnable>()

        override fun dispatch(context: CoroutineContext, block: Runnable) {
            due.add(block)
        }

        fun run() {
            while (true) (due.removeFirstOrNull() ?: return).run()
        }
    }

    private fun send(text: String) {
        pair.far().writer().write(text, UTF_8)
        loop.runReady()
    }

    private fun rest(): String {
        val rest = reader.text(UTF_8).read(1000)
        loop.runReady()
        return rest.join()
    }

    private fun <T> start(dispatcher: CoroutineDispatcher, code: suspend () -> T): Deferred<T> =
        CoroutineScope(dispatcher + SupervisorJob()).async { code() }

    @Test
    fun await_resumesWithTheLine() {
        val line = start(Dispatchers.Unconfined) { reader.text(UTF_8).readLine().await() }
        send("half a ")
        assertThat(line.isCompleted).isFalse()
        send("line\n")
        assertThat(completed(line)).isEqualTo("half a line")
    }

    private fun <T> completed(deferred: Deferred<T>): T = deferred.getCompleted()

    @Test
    fun await_throwsTheReadsOwnException() {
        val line = start(Dispatchers.Unconfined) { reader.readLine().await() }
        pair.far().abort()
        loop.runReady()
            assertThat(line.getCompletionExceptionOrNull()).isInstanceOf(StreamBrokenException::class.java)
    }

    @Test
    fun cancelledCoroutine_consumesNoByte() {
        val line = start(Dispatchers.Unconfined) { reader.readLine().await() }
        send("half a ")
        line.cancel()
        assertThat(line.isCancelled).isTrue()
        send("line\n")
        assertThat(rest()).isEqualTo("half a line\n")
    }

    @Test
    fun coroutineCancelledWhileItWouldResume_losesTheBytesWithAwait_andKeepsThemWithAwaitRead() {
        for (keeps in listOf(false, true)) {
            val resumptions = Resumptions()
            var seen: String? = null
            val line = start(resumptions) {
                val read = reader.text(UTF_8).readLine()
                seen = if (keeps) read.awaitRead() else read.await()
            }
            resumptions.run()
            send("line\n") // the read is done, and the coroutine is about to resume
            line.cancel()
            resumptions.run()
            assertThat(line.isCancelled).isTrue()
            assertThat(seen).isEqualTo(if (keeps) "line" else null)
        }
        send("next\n")
        assertThat(rest()).isEqualTo("next\n")
    }

    @Test
    fun cancelledBeforeTheBytes_awaitReadConsumesNone() {
        val resumptions = Resumptions()
        val line = start(resumptions) { reader.readLine().awaitRead() }
        resumptions.run()
        line.cancel()
        send("line\n")
        resumptions.run()
        assertThat(line.isCancelled).isTrue()
        assertThat(rest()).isEqualTo("line\n")
    }

    @Test
    fun cancelledConversation_endsItsCoroutine() {
        var ended = false
        val scope = CoroutineScope(Dispatchers.Unconfined + SupervisorJob())
        val handler = coroutineHandler(scope) { reader, _ ->
            try {
                reader.readLine().await()
            } finally {
                ended = true
            }
        }
        val over: CompletableFuture<Void> = pair.near().serve(handler, FailureReporter.LOGGING)
        loop.runReady()
        over.cancel(true)
        loop.runReady()
        assertThat(ended).isTrue()
    }

    @Test
    fun failedConversation_leavesTheOthersAlone() = runBlocking {
        val scope = CoroutineScope(Dispatchers.Default + SupervisorJob())
        val reported = CompletableFuture<Throwable>()
        val other = MemoryStreams.pair(loop)
        pair.near().serve(coroutineHandler(scope) { _, _ -> error("a defect") }) { _, failure ->
            reported.complete(failure)
        }
        loop.runReady()
        assertThat(reported.get(20, TimeUnit.SECONDS)).hasMessage("a defect")
        val answered = start(Dispatchers.Unconfined) { shout(other.near().reader(), other.near().writer()) }
        other.far().writer().write("one\n", UTF_8)
        val answer = other.far().reader().text(UTF_8).readLine()
        loop.runReady()
        assertThat(answer.join()).isEqualTo("ONE")
        answered.cancel()
    }

    @Test
    fun program_runs() {
        val printed = ByteArrayOutputStream()
        val before = System.out
        try {
            System.setOut(PrintStream(printed, true, UTF_8))
            main()
        } finally {
            System.setOut(before)
        }
        assertThat(printed.toString(UTF_8)).isEqualTo("HELLO, COROUTINES" + System.lineSeparator())
    }
}
