package dev.nettystreams.recipes

import dev.nettystreams.StreamReader
import dev.nettystreams.StreamWriter
import dev.nettystreams.netty.NettyStreams
import kotlin.text.Charsets.UTF_8
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking

/** Answers each line in capitals. */
suspend fun shout(reader: StreamReader, writer: StreamWriter) {
    val lines = reader.text(UTF_8)
    while (true) {
        val line = lines.readLine().awaitRead() ?: return // null at EOF
        writer.write(line.uppercase() + "\n", UTF_8)
        writer.drain().await()
    }
}

/** A server and a client in one process. */
fun main() = runBlocking {
    // a supervisor: the failure of one conversation must not cancel the others
    val conversations = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    NettyStreams.create().use { streams ->
        val server = streams.startServer(coroutineHandler(conversations, ::shout), "127.0.0.1", 0).await()
        streams.openConnection("127.0.0.1", server.port()).await().use { client ->
            client.writer().write("hello, coroutines\n", UTF_8)
            println(client.reader().text(UTF_8).readLine().await())
        }
        server.close()
    }
}
