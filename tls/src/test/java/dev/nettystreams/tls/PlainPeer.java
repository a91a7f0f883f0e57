package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.get;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import javax.net.ssl.SSLException;

/** Our end of a connection, and a manual peer at the other end, over a blocking socket. */
final class PlainPeer implements AutoCloseable {
    final StreamConnection ours;
    private final Socket socket;

    private PlainPeer(StreamConnection ours, Socket socket) {
        this.ours = ours;
        this.socket = socket;
    }

    static PlainPeer of(NettyStreams streams) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            StreamConnection ours = get(streams.openConnection("127.0.0.1", listener.getLocalPort()));
            Socket socket = listener.accept();
            socket.setSoTimeout(20_000);
            return new PlainPeer(ours, socket);
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Returns the bytes that have arrived, at least one. */
    byte[] receive() throws IOException {
        byte[] bytes = new byte[16 * 1024];
        int count = socket.getInputStream().read(bytes);
        if (count < 0) {
            throw new EOFException();
        }
        return Arrays.copyOf(bytes, count);
    }

    /** Runs the handshake until the peer is done; it sends its last flight together with some more bytes. */
    void handshake(TlsPeer peer) throws IOException {
        send(peer.flight());
        while (!peer.isHandshaken()) {
            peer.hear(receive());
            send(peer.flight());
        }
    }

    /** Returns the alert that ends the other side, as an exception; fails if it ends without one. */
    SSLException alertTo(TlsPeer peer) throws IOException {
        try {
            while (true) {
                peer.hear(receive());
                send(peer.flight());
            }
        } catch (SSLException alert) {
            return alert;
        }
    }

    @Override
    public void close() throws IOException {
        ours.abort();
        socket.close();
    }
}
