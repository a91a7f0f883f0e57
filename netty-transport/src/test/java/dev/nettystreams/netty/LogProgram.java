package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.Wire;

/** The process of {@link LogRoutingTest}: a server whose client resets, and whose handler then fails. */
final class LogProgram {
    private LogProgram() {}

    /**
     * Causes a line about a lost connection, and one about a failed handler.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            StreamServer server = Wire.get(streams.startServer(
                    ConnectionHandler.callbacks((reader, writer) -> {
                        writer.write(new byte[1]);
                        return reader.readLine().thenAccept(line -> {
                            throw new IllegalStateException("of the program");
                        });
                    }),
                    "127.0.0.1",
                    0));
            StreamConnection resets = Wire.get(streams.openConnection("127.0.0.1", server.port()));
            Wire.get(resets.reader().readExactly(1));
            resets.abort();
            StreamConnection asks = Wire.get(streams.openConnection("127.0.0.1", server.port()));
            asks.writer().write(new byte[] {'\n'});
            Wire.get(asks.reader().readAll(1));
            asks.close();
            server.close();
            Wire.get(server.waitClosed());
        }
    }
}
