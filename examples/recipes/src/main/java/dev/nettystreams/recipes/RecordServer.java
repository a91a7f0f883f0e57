package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.util.concurrent.CompletableFuture;

/** The records of {@link VertxRecordServer}. */
final class RecordServer {
    private RecordServer() {}

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        for (String length; (length = await(reader.text(UTF_8).readLine())) != null; ) {
            byte[] record = await(reader.readExactly(Integer.parseInt(length)));
            writer.write(record.length + " bytes, the first is " + record[0] + "\n", UTF_8);
            await(writer.drain()); // for a slow client; the program above would buffer without a bound
        }
    }

    static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(RecordServer::serve, "127.0.0.1", port);
    }
}
