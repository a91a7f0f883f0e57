package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static reactor.adapter.JdkFlowAdapter.flowPublisherToFlux;
import static reactor.adapter.JdkFlowAdapter.publisherToFlowPublisher;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.WriterSubscriber;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Flux;

/** Project Reactor over the streams: a server whose conversation is a pipeline, and a client. */
public final class ReactorLines {
    private ReactorLines() {}

    /** Starts a server that answers each line in capitals, at the client's pace. */
    public static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        ConnectionHandler shout = ConnectionHandler.callbacks((reader, writer) -> {
            WriterSubscriber replies = writer.asSubscriber();
            Flux<byte[]> lines = flowPublisherToFlux(reader.text(UTF_8).linePublisher())
                    .map(line -> (line.toUpperCase(Locale.ROOT) + "\n").getBytes(UTF_8));
            publisherToFlowPublisher(lines).subscribe(replies);
            return replies.completion(); // the conversation ends when all replies are sent
        });
        return streams.startServer(shout, "127.0.0.1", port);
    }

    /** Sends some lines, and returns the first reply. */
    static String firstReply(StreamConnection connection, Flux<String> lines) throws Exception {
        Flux<byte[]> bytes = lines.map(line -> (line + "\n").getBytes(UTF_8));
        publisherToFlowPublisher(bytes).subscribe(connection.writer().asSubscriber());
        return await(flowPublisherToFlux(connection.reader().text(UTF_8).linePublisher())
                .next() // cancels behind the first line, and leaves the others in the reader
                .timeout(Duration.ofSeconds(10))
                .toFuture());
    }

    /** A server and a client in one process. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = await(start(streams, 0));
            try (StreamConnection connection = await(streams.openConnection("127.0.0.1", server.port()))) {
                System.out.println(firstReply(connection, Flux.just("hello, reactor", "and goodbye")));
            }
            server.close();
        }
    }
}
