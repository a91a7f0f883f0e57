package dev.nettystreams.tls;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** A client by hand, over streams that block: it can put its flights together with anything, and cut them anywhere. */
final class RawTlsClient {
    private final SSLEngine engine;
    private final InputStream in;
    private final OutputStream out;
    private final ByteBuffer wire = ByteBuffer.allocate(64 * 1024).flip();

    RawTlsClient(InputStream in, OutputStream out) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, Certificates.ROOT.toTrustManagerFactory().getTrustManagers(), null);
        engine = context.createSSLEngine("localhost", -1);
        engine.setUseClientMode(true);
        this.in = in;
        this.out = out;
    }

    /** The first flight, not sent. */
    byte[] hello() throws SSLException {
        engine.beginHandshake();
        return wrapped(new byte[0]);
    }

    /** The rest of the handshake, after the hello was sent. */
    void finishHandshake() throws IOException {
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> out.write(wrapped(new byte[0]));
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case FINISHED, NOT_HANDSHAKING -> {
                    out.flush();
                    return;
                }
            }
        }
    }

    void write(byte[] plain) throws IOException {
        out.write(wrapped(plain));
        out.flush();
    }

    /** At least one byte. */
    byte[] read() throws IOException {
        byte[] plain = new byte[0];
        while (plain.length == 0) {
            plain = unwrap();
        }
        return plain;
    }

    private byte[] wrapped(byte[] plain) throws SSLException {
        ByteBuffer record =
                ByteBuffer.allocate(plain.length + engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(ByteBuffer.wrap(plain), record);
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("wrap: " + result);
        }
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private byte[] unwrap() throws IOException {
        ByteBuffer plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        SSLEngineResult result = engine.unwrap(wire, plain);
        while (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            wire.compact();
            int count = in.read(wire.array(), wire.position(), wire.remaining());
            if (count < 0) {
                throw new EOFException();
            }
            wire.position(wire.position() + count).flip();
            result = engine.unwrap(wire, plain);
        }
        if (result.getStatus() != SSLEngineResult.Status.OK) {
            throw new SSLException("unwrap: " + result);
        }
        byte[] bytes = new byte[plain.flip().remaining()];
        plain.get(bytes);
        return bytes;
    }
}
