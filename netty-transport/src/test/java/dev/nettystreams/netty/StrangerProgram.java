package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The process of {@link UnixMessagesTest}: starts a Unix server at a path, connects to it if it started, and prints a
 * line about each outcome.
 */
final class StrangerProgram {
    private StrangerProgram() {}

    /**
     * Prints the outcomes of {@code server} and {@code client}.
     *
     * @param arguments the backend, and the path with non-ASCII characters escaped as in Java's sources
     */
    public static void main(String[] arguments) throws Exception {
        String path = unescaped(arguments[1]);
        try (NettyStreams streams = NettyStreams.create(IoBackend.parse(arguments[0]), 1)) {
            tell(
                    "server",
                    streams.startUnixServer(
                            ConnectionHandler.callbacks((reader, writer) -> reader.relayTo(writer)), path));
            CompletableFuture<StreamConnection> client = streams.openUnixConnection(path);
            tell("client", client);
        }
    }

    private static void tell(String what, CompletableFuture<?> outcome) {
        System.out.println(what + ": "
                + outcome.orTimeout(10, TimeUnit.SECONDS)
                        .handle((done, failure) -> failure == null ? "well" : failure.toString())
                        .join());
    }

    private static String unescaped(String text) {
        StringBuilder unescaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.startsWith("\\u", i)) {
                unescaped.append((char) Integer.parseInt(text.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                unescaped.append(text.charAt(i));
            }
        }
        return unescaped.toString();
    }
}
