package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamReader;

/** Adds up the orders of a document in XML, compressed by gzip, while it arrives. */
public final class OrdersServer {
    private OrdersServer() {}

    /** Starts the server. */
    public static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(OrdersServer::serve, "127.0.0.1", port);
    }

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false); // the document is a stranger's
        int sum = 0;
        try (InputStream bytes = new GZIPInputStream(reader.asInputStream())) {
            XMLStreamReader document = factory.createXMLStreamReader(bytes);
            while (document.hasNext()) {
                if (document.next() == XMLStreamReader.START_ELEMENT
                        && document.getLocalName().equals("order")) {
                    sum += Integer.parseInt(document.getAttributeValue(null, "quantity"));
                }
            }
        }
        writer.write("sum " + sum + "\n", UTF_8);
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(start(streams, 7008)).serveForever());
        }
    }
}
