package dev.nettystreams.tls;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import javax.net.ssl.SSLException;

/** A client by hand, over streams that block: it can put its flights together with anything, and cut them anywhere. */
final class RawTlsClient {
    private final TlsPeer peer = TlsPeer.client(TlsPeer.VERSIONS);
    private final InputStream in;
    private final OutputStream out;

    RawTlsClient(InputStream in, OutputStream out) throws Exception {
        this.in = in;
        this.out = out;
    }

    /** After the handshake. */
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

    /** Until the connection has ended; a reset is an end. */
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

    /** The first flight, not sent. */
    byte[] hello() throws SSLException {
        return peer.flight();
    }

    /** The rest of the handshake, after the hello was sent. */
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

    /** At least one byte. */
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
