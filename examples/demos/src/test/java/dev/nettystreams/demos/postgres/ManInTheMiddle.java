package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.X509Bundle;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/**
 * Ends TLS towards the client with a certificate of its own, starts TLS towards the server or stays in plaintext, and
 * relays everything, or everything except the server's offer of channel binding.
 */
final class ManInTheMiddle implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;
    private static final String PLUS = "SCRAM-SHA-256-PLUS\0";

    /** Each relay waits for its peer, and the common pool may have one thread for all of them. */
    private static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "man-in-the-middle");
        thread.setDaemon(true);
        thread.start();
    };

    private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final SSLContext context;
    private final Manner manner;

    /** How it treats the server. */
    enum Manner {
        /** Under TLS; relays everything. */
        PASSING_ON,
        /** Under TLS; removes SCRAM-SHA-256-PLUS from the server's offer. */
        WITHOUT_PLUS,
        /** In plaintext, like a pooler on the server's side. */
        IN_CLEAR
    }

    private ManInTheMiddle(int serverPort, SSLContext context, Manner manner) throws IOException {
        this.serverPort = serverPort;
        this.context = context;
        this.manner = manner;
    }

    static ManInTheMiddle before(String port, X509Bundle certificate) throws IOException, GeneralSecurityException {
        return before(port, certificate, Manner.PASSING_ON);
    }

    static ManInTheMiddle before(String port, X509Bundle certificate, Manner manner)
            throws IOException, GeneralSecurityException {
        TrustManager[] anybody = InsecureTrustManagerFactory.INSTANCE.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), anybody, null);
        ManInTheMiddle man = new ManInTheMiddle(Integer.parseInt(port), context, manner);
        CompletableFuture<Void> accepting = CompletableFuture.runAsync(man::accept, THREADS);
        accepting.exceptionally(closed -> null);
        return man;
    }

    String port() {
        return Integer.toString(listener.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                between(towardsClient(listener.accept()), towardsServer());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SSLSocket towardsClient(Socket socket) throws IOException {
        new DataInputStream(socket.getInputStream()).readFully(new byte[8]);
        socket.getOutputStream().write('S');
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        secured.setUseClientMode(false);
        return secured;
    }

    private Socket towardsServer() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        if (manner == Manner.IN_CLEAR) {
            return socket;
        }
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(8);
        out.writeInt(SSL_REQUEST);
        if (socket.getInputStream().read() != 'S') {
            throw new IOException("no TLS here");
        }
        return context.getSocketFactory().createSocket(socket, "localhost", serverPort, true);
    }

    private void between(Socket client, Socket server) {
        CompletableFuture<Void> forth = CompletableFuture.runAsync(() -> pass(client, server, false), THREADS);
        CompletableFuture<Void> back =
                CompletableFuture.runAsync(() -> pass(server, client, manner == Manner.WITHOUT_PLUS), THREADS);
        forth.exceptionally(lost -> null);
        back.exceptionally(lost -> null);
    }

    private static void pass(Socket from, Socket to, boolean takesPlusAway) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            if (takesPlusAway) {
                DataInputStream offer = new DataInputStream(in);
                offer.readByte();
                String mechanisms = new String(offer.readNBytes(offer.readInt() - Integer.BYTES), ISO_8859_1);
                out.write(BackendMessages.message(
                        'R', mechanisms.replace(PLUS, "").getBytes(ISO_8859_1)));
            }
            in.transferTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
