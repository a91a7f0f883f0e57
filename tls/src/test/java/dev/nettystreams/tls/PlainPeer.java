package dev.nettystreams.tls;

import static dev.nettystreams.tls.TlsWire.get;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import javax.net.ssl.SSLException;

/** A connection of ours, and a peer by hand at its other end, over a socket that blocks. */
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

    /** What has arrived, at least a byte. */
    byte[] receive() throws IOException {
        byte[] bytes = new byte[16 * 1024];
        int count = socket.getInputStream().read(bytes);
        if (count < 0) {
            throw new EOFException();
        }
        return Arrays.copyOf(bytes, count);
    }

    /** Until the peer's side is done, which says its last flight together with some bytes more. */
    void handshake(TlsPeer peer) throws IOException {
        send(peer.flight());
        while (!peer.isHandshaken()) {
            peer.hear(receive());
            send(peer.flight());
        }
    }

    /** What the other side's end says, as an exception; fails if it ends without. */
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
