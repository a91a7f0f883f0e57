package dev.nettystreams.recipes;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;

/** A length as a line, and as many bytes: with a {@code NetSocket} and a {@code RecordParser} of Vert.x. */
final class VertxRecordServer {
    private VertxRecordServer() {}

    private static void serve(NetSocket socket) {
        RecordParser parser = RecordParser.newDelimited("\n", socket);
        boolean[] isLength = {true};
        parser.handler(record -> {
            if (isLength[0]) {
                parser.fixedSizeMode(Integer.parseInt(record.toString()));
            } else {
                socket.write(Buffer.buffer(record.length() + " bytes, the first is " + record.getByte(0) + "\n"));
                parser.delimitedMode("\n");
            }
            isLength[0] = !isLength[0];
        });
        parser.endHandler(end -> socket.close());
    }

    static Future<NetServer> start(Vertx vertx, int port) {
        return vertx.createNetServer().connectHandler(VertxRecordServer::serve).listen(port, "127.0.0.1");
    }
}
