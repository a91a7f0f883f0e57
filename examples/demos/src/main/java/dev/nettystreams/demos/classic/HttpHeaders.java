package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.net.URI;

/** asyncio's "Get HTTP headers". */
public final class HttpHeaders {
    private HttpHeaders() {}

    static void printHttpHeaders(NettyStreams streams, URI url) throws Exception {
        int port = url.getPort() < 0 ? 80 : url.getPort();
        try (StreamConnection connection = await(streams.openConnection(url.getHost(), port))) {
            String query = "HEAD " + url.getPath() + " HTTP/1.0\r\nHost: " + url.getHost() + "\r\n\r\n";
            connection.writer().write(query.getBytes(ISO_8859_1));

            for (byte[] line : connection.reader().lines()) {
                String header = new String(line, ISO_8859_1).stripTrailing();
                if (!header.isEmpty()) {
                    System.out.println("HTTP header> " + header);
                }
            }
        }
    }

    /**
     * Prints the headers of a URL.
     *
     * @param args the URL
     * @throws Exception what goes wrong
     */
    public static void main(String[] args) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            printHttpHeaders(streams, URI.create(args[0]));
        }
    }
}
