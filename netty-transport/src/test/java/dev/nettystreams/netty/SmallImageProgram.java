package dev.nettystreams.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.ConnectionMetrics;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.Wire;

/** The process of {@link SmallImageTest}: echoes a line, and prints the counts and the modules that it lacks. */
final class SmallImageProgram {
    private SmallImageProgram() {}

    /**
     * Prints what it finds.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws Exception {
        System.out.println(
                "jdk.jfr: " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        try (NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1)) {
            StreamServer server = Wire.get(streams.startServer(Wire.ECHO, "127.0.0.1", 0));
            StreamConnection client = Wire.get(streams.openConnection("127.0.0.1", server.port()));
            client.writer().write("line\n", US_ASCII);
            System.out.println(new String(Wire.get(client.reader().readLine()), US_ASCII).strip());
            client.close();
            server.close();
            Wire.get(server.waitClosed());
            ConnectionMetrics counts = client.metrics();
            System.out.println(
                    "counts: " + counts.bytesRead() + ", " + server.metrics().bytesRead());
        }
    }
}
