package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/** The other side of a recipe: a socket of the JDK, whose reads end after 20 s. */
public final class Peer implements AutoCloseable {
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final InputStream in;

    public Peer(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    public void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    public OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    public InputStream in() {
        return in;
    }

    public void end() throws IOException {
        socket.shutdownOutput();
    }

    /** Returns the next line without its ending, or null at EOF. */
    public String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int each; (each = in.read()) != '\n'; ) {
            if (each < 0) {
                return line.size() == 0 ? null : line.toString(UTF_8);
            }
            line.write(each);
        }
        return line.toString(UTF_8).stripTrailing();
    }

    /** Sends a line, and returns the next one that is received. */
    public String ask(String line) throws IOException {
        send(line + "\n");
        return line();
    }

    /** Returns all until EOF. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
