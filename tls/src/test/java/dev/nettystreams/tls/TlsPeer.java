package dev.nettystreams.tls;

import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * One side of TLS without a connection: it takes bytes and produces flights, which the test may cut, join or hold back.
 */
final class TlsPeer {
    static final List<String> VERSIONS = List.of("TLSv1.2", "TLSv1.3");

    private static final int HEADER_BYTES = 5;

    private final SSLEngine engine;
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
    private byte[] unheard = {};

    private TlsPeer(SSLEngine engine, boolean isClient, List<String> versions) throws SSLException {
        this.engine = engine;
        engine.setUseClientMode(isClient);
        engine.setEnabledProtocols(versions.toArray(new String[0]));
        engine.beginHandshake();
    }

    /** Creates a client that trusts the tests' root. */
    static TlsPeer client(List<String> versions) throws Exception {
        return new TlsPeer(newContext().createSSLEngine("localhost", -1), true, versions);
    }

    /** Creates a client that trusts the tests' root and asks for a host with these bytes. */
    static TlsPeer clientAskingFor(byte[] name, List<String> versions) throws Exception {
        SSLEngine engine = newContext().createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIServerName(StandardConstants.SNI_HOST_NAME, name) {}));
        engine.setSSLParameters(parameters);
        return new TlsPeer(engine, true, versions);
    }

    /** Creates a server for localhost. */
    static TlsPeer server(List<String> versions) throws Exception {
        return new TlsPeer(newContext().createSSLEngine(), false, versions);
    }

    /** Creates a peer that presents a certificate, or none if it is null, and trusts the tests' root. */
    static TlsPeer showing(@Nullable X509Bundle bundle, boolean isClient, String version) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = bundle == null ? new KeyManager[0] : new KeyManager[] {new InsistentKeys(bundle)};
        context.init(keys, Keys.TRUST_IN_ROOT, null);
        return new TlsPeer(context.createSSLEngine("localhost", -1), isClient, List.of(version));
    }

    /** Creates a client that offers only one suite. */
    static TlsPeer clientOffering(String suite, String version) throws Exception {
        SSLEngine engine = newContext().createSSLEngine("localhost", -1);
        engine.setEnabledCipherSuites(new String[] {suite});
        return new TlsPeer(engine, true, List.of(version));
    }

    /** Each peer has a context of its own, so that none resumes a session. */
    private static SSLContext newContext() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(Keys.OF_LOCALHOST, Keys.TRUST_IN_ROOT, null);
        return context;
    }

    private static final class Keys {
        static final KeyManager[] OF_LOCALHOST;
        static final TrustManager[] TRUST_IN_ROOT =
                Certificates.ROOT.toTrustManagerFactory().getTrustManagers();

        static {
            try {
                OF_LOCALHOST = Certificates.LOCALHOST.toKeyManagerFactory().getKeyManagers();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Returns the next flight; nothing when it is the other side's turn. */
    byte[] flight() throws SSLException {
        ByteArrayOutputStream flight = new ByteArrayOutputStream();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_WRAP -> flight.writeBytes(record(new byte[0]));
                default -> {
                    int unheardBefore = unheard.length;
                    hear(new byte[0]);
                    if (unheard.length == unheardBefore) {
                        return flight.toByteArray();
                    }
                }
            }
        }
    }

    void hear(byte[] bytes) throws SSLException {
        byte[] all = Arrays.copyOf(unheard, unheard.length + bytes.length);
        System.arraycopy(bytes, 0, all, unheard.length, bytes.length);
        ByteBuffer input = ByteBuffer.wrap(all);
        ByteBuffer output = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        while (input.hasRemaining() && !engine.isInboundDone()) {
            SSLEngineResult result = engine.unwrap(input, output.clear());
            plain.write(output.array(), 0, output.position());
            if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (result.getStatus() != SSLEngineResult.Status.OK || result.bytesConsumed() == 0) {
                break;
            }
        }
        unheard = new byte[input.remaining()];
        input.get(unheard);
    }

    boolean isHandshaken() {
        return engine.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING
                && !engine.getSession().getProtocol().equals("NONE");
    }

    /** Returns a request for another handshake, not a resumed one (TLS 1.2). */
    byte[] renegotiation() throws SSLException {
        engine.getSession().invalidate();
        engine.beginHandshake();
        return flight();
    }

    /** Returns its close_notify. */
    byte[] goodbye() throws SSLException {
        engine.closeOutbound();
        return record(new byte[0]);
    }

    /** Returns a key update that also requests one from the other side (TLS 1.3). */
    byte[] keyUpdate() throws SSLException {
        engine.beginHandshake();
        return flight();
    }

    byte[] closeNotify() throws SSLException {
        engine.closeOutbound();
        return record(new byte[0]);
    }

    Certificate peerCertificate() throws SSLException {
        return peerCertificates().get(0);
    }

    /** Returns the other side's certificates. */
    List<Certificate> peerCertificates() throws SSLException {
        return List.of(engine.getSession().getPeerCertificates());
    }

    /** Encrypts the bytes in one record. */
    byte[] record(byte[] bytes) throws SSLException {
        ByteBuffer record =
                ByteBuffer.allocate(bytes.length + engine.getSession().getPacketBufferSize());
        SSLEngineResult result = engine.wrap(ByteBuffer.wrap(bytes), record);
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
            throw new SSLException("wrap: " + result);
        }
        return Arrays.copyOf(record.array(), record.position());
    }

    /** Returns the bytes received under TLS since the last call. */
    byte[] heard() throws SSLException {
        hear(new byte[0]);
        byte[] bytes = plain.toByteArray();
        plain.reset();
        return bytes;
    }

    /** Splits bytes into records, the last of which may be cut; fails if they are not records. */
    static List<byte[]> records(byte[] bytes) {
        List<byte[]> records = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            if (bytes[at] < 20 || bytes[at] > 23 || (at + 1 < bytes.length && bytes[at + 1] != 3)) {
                throw new AssertionError("no TLS record at " + at + " of " + Arrays.toString(bytes));
            }
            int end = at + HEADER_BYTES > bytes.length
                    ? bytes.length
                    : at + HEADER_BYTES + ((bytes[at + 3] & 0xff) << 8 | (bytes[at + 4] & 0xff));
            records.add(Arrays.copyOfRange(bytes, at, Math.min(end, bytes.length)));
            at = end;
        }
        return records;
    }
}
