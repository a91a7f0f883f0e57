package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.NettyStreams;

/** asyncio's "TCP echo client using streams". */
public final class TcpEchoClient {
    private TcpEchoClient() {}

    static void tcpEchoClient(NettyStreams streams, String message, int port) throws Exception {
        StreamConnection connection = await(streams.openConnection("127.0.0.1", port));

        System.out.println("Send: '" + message + "'");
        connection.writer().write(message.getBytes(UTF_8));
        await(connection.writer().drain());

        byte[] data = await(connection.reader().read(100));
        System.out.println("Received: '" + OneLine.printable(new String(data, UTF_8)) + "'");

        System.out.println("Close the connection");
        connection.close();
        await(connection.waitClosed());
    }

    /**
     * Sends a message and prints the answer.
     *
     * @param args the port, 8888 by default
     * @throws Exception any failure
     */
    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8888;
        try (NettyStreams streams = NettyStreams.create()) {
            tcpEchoClient(streams, "Hello World!", port);
        }
    }
}
