package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.demos.HttpUrl;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.tls.Tls;

/** asyncio's "Get HTTP headers", without two of its faults: https uses TLS, and an empty path becomes {@code /}. */
public final class HttpHeaders {
    private HttpHeaders() {}

    static void printHttpHeaders(NettyStreams streams, HttpUrl url) throws Exception {
        try (StreamConnection connection = await(
                url.isSecure()
                        ? streams.openConnection(
                                url.host(), url.port(), Tls.client().upgrade(url.name()))
                        : streams.openConnection(url.host(), url.port()))) {
            connection.writer().write(url.headRequest().getBytes(ISO_8859_1));

            for (byte[] line : connection.reader().lines()) {
                String header = new String(line, ISO_8859_1).stripTrailing();
                if (!header.isEmpty()) {
                    System.out.println("HTTP header> " + OneLine.printable(header));
                }
            }
        }
    }

    /**
     * Prints the headers of a URL.
     *
     * @param args the URL
     * @throws Exception any failure
     */
    public static void main(String[] args) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            printHttpHeaders(streams, HttpUrl.parse(args[0]));
        }
    }
}
