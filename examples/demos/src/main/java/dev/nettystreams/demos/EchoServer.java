package dev.nettystreams.demos;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;

/** {@code echo-server}: every byte comes back (RFC 862). */
@Command(
        name = "echo-server",
        mixinStandardHelpOptions = true,
        description = "Sends back every byte that it receives, on port " + EchoServer.PORT + " by default.")
final class EchoServer extends ServerCommand {
    static final int PORT = 8888;

    private static final int MOST_BYTES = 65536;

    EchoServer() {
        super(PORT);
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return new Dialogue() {
            @Override
            public CompletableFuture<byte[]> read() {
                return reader.read(MOST_BYTES);
            }

            @Override
            public Then accept(byte[] input) {
                if (input.length == 0) {
                    return Then.END;
                }
                writer.write(input);
                return Then.DRAIN;
            }
        };
    }
}
