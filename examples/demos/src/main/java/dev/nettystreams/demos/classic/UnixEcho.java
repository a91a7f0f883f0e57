package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;

/** Echo over a Unix socket: asyncio's {@code start_unix_server} and {@code open_unix_connection}. */
public final class UnixEcho {
    private UnixEcho() {}

    static void echoOnce(NettyStreams streams, String path) throws Exception {
        try (StreamServer server =
                        await(streams.startUnixServer((reader, writer) -> await(reader.relayTo(writer)), path));
                StreamConnection connection = await(streams.openUnixConnection(path))) {
            System.out.println("Serving on " + server.addresses());
            connection.writer().write("Hello World!\n".getBytes(UTF_8));
            System.out.print("Received: " + new String(await(connection.reader().readLine()), UTF_8));
        }
    }

    /**
     * Sends a message to its own server.
     *
     * @param args the path of the socket
     * @throws Exception any failure
     */
    public static void main(String[] args) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            echoOnce(streams, args[0]);
        }
    }
}
