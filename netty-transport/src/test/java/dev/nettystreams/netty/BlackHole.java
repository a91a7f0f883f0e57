package dev.nettystreams.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** An address that does not answer: on Linux, a listening socket with a full backlog drops new connections. */
final class BlackHole implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 16;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> filling = new ArrayList<>();

    BlackHole() throws IOException {
        while (filling.size() < MOST_CONNECTIONS) {
            Socket socket = new Socket();
            filling.add(socket);
            try {
                socket.connect(address(), 200);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
        close();
        throw new IOException("this system's backlog does not fill up");
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : filling) {
            socket.close();
        }
        listener.close();
    }
}
