package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.demos.CommandResult;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A server for one client that sends what the test says, and records what the client sends. */
final class RawServer {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    private RawServer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** The behaviour of the server. */
    @FunctionalInterface
    interface Part {
        void play(RawServer server) throws IOException;
    }

    /**
     * The outcome of a connection.
     *
     * @param client the status and output of {@code postgres-query}
     * @param afterwards the bytes that it sent after the part of the server, until it closed
     */
    record Meeting(CommandResult client, String afterwards) {}

    static Meeting meet(Part part, String... options) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> server = CompletableFuture.supplyAsync(() -> serve(listener, part));
            List<String> command = new ArrayList<>(List.of(
                    "postgres-query",
                    "--port",
                    Integer.toString(listener.getLocalPort()),
                    "--user",
                    "alice",
                    "--password",
                    "secret"));
            command.addAll(Arrays.asList(options));
            command.add("select 1");
            return new Meeting(CommandResult.ofDemo(command.toArray(String[]::new)), server.join());
        }
    }

    private static String serve(ServerSocket listener, Part part) {
        try (Socket socket = listener.accept()) {
            RawServer server = new RawServer(socket);
            part.play(server);
            return server.everythingElse();
        } catch (IOException e) {
            throw new AssertionError("the server's part went wrong", e);
        }
    }

    private String everythingElse() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (SocketException reset) {
            rest.write(new byte[0]); // counts as an end
        }
        return rest.toString(ISO_8859_1);
    }

    void say(byte[]... words) throws IOException {
        socket.getOutputStream().write(BackendMessages.joined(words));
    }

    void leave() throws IOException {
        socket.shutdownOutput();
    }

    int hearByte() throws IOException {
        return in.read();
    }

    /** Reads a message without a type: the request for TLS, or the startup message. */
    String hear() throws IOException {
        return new String(in.readNBytes(in.readInt() - 4), ISO_8859_1);
    }

    /** Reads a message, its type first. */
    String hearMessage() throws IOException {
        char type = (char) in.readByte();
        return type + hear();
    }

    /** Refuses TLS and reads the startup message. */
    void welcome() throws IOException {
        hear();
        say("N".getBytes(ISO_8859_1));
        hear();
    }
}
