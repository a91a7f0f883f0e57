package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;

/** asyncio's "TCP echo server using streams". */
public final class TcpEchoServer {
    private TcpEchoServer() {}

    static void handleEcho(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] data = await(reader.read(100));
        String message = OneLine.printable(new String(data, UTF_8)); // a terminal would obey control characters
        System.out.println("Received '" + message + "' from " + writer.getExtraInfo("peername"));

        System.out.println("Send: '" + message + "'");
        writer.write(data);
        await(writer.drain());

        System.out.println("Close the connection");
        writer.close();
        await(writer.waitClosed());
    }

    /**
     * Serves until the process is killed.
     *
     * @param args the port, 8888 by default
     * @throws Exception any failure
     */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8888;
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = await(streams.startServer(TcpEchoServer::handleEcho, "127.0.0.1", port));
            System.out.println("Serving on " + server.addresses());
            await(server.serveForever());
        }
    }
}
