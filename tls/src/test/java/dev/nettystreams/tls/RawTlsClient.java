package dev.nettystreams.tls;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import javax.net.ssl.SSLException;

/** A manual client over blocking streams: it can combine its flights with any bytes and cut them anywhere. */
final class RawTlsClient {
    private final TlsPeer peer = TlsPeer.client(TlsPeer.VERSIONS);
    private final InputStream in;
    private final OutputStream out;

    RawTlsClient(InputStream in, OutputStream out) throws Exception {
        this.in = in;
        this.out = out;
    }

    /** Returns a client after its handshake. */
    static RawTlsClient connected(Socket socket) throws Exception {
        RawTlsClient client = new RawTlsClient(socket.getInputStream(), socket.getOutputStream());
        client.out.write(client.hello());
        client.hear();
        client.finishHandshake();
        return client;
    }

    /** Sends close_notify. */
    void end() throws IOException {
        out.write(peer.closeNotify());
        out.flush();
    }

    byte[] readExactly(int byteCount) throws IOException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        while (plain.size() < byteCount) {
            plain.writeBytes(read());
        }
        return plain.toByteArray();
    }

    /** Reads until the connection has ended; a reset counts as an end. */
    byte[] readToEnd() {
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try {
            while (true) {
                plain.writeBytes(read());
            }
        } catch (IOException end) {
            return plain.toByteArray();
        }
    }

    /** Returns the first flight without sending it. */
    byte[] hello() throws SSLException {
        return peer.flight();
    }

    /** Runs the rest of the handshake, after the ClientHello was sent. */
    void finishHandshake() throws IOException {
        out.write(peer.flight());
        while (!peer.isHandshaken()) {
            hear();
            out.write(peer.flight());
        }
        out.flush();
    }

    void write(byte[] plain) throws IOException {
        out.write(peer.record(plain));
        out.flush();
    }

    /** Reads at least one byte. */
    byte[] read() throws IOException {
        byte[] plain = peer.heard();
        while (plain.length == 0) {
            hear();
            plain = peer.heard();
        }
        return plain;
    }

    private void hear() throws IOException {
        byte[] bytes = new byte[16 * 1024];
        int count = in.read(bytes);
        if (count < 0) {
            throw new EOFException();
        }
        peer.hear(Arrays.copyOf(bytes, count));
    }
}
