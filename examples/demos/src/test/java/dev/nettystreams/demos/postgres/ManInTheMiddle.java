package dev.nettystreams.demos.postgres;

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

/** Ends TLS towards the client with a certificate of its own, begins TLS towards the server, and passes everything on. */
final class ManInTheMiddle implements AutoCloseable {
    private static final int SSL_REQUEST = 80877103;

    /** Each waits for its peer: the common pool may have one thread for all of them. */
    private static final Executor THREADS = task -> {
        Thread thread = new Thread(task, "man-in-the-middle");
        thread.setDaemon(true);
        thread.start();
    };

    private final ServerSocket listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    private final int serverPort;
    private final SSLContext context;

    private ManInTheMiddle(int serverPort, SSLContext context) throws IOException {
        this.serverPort = serverPort;
        this.context = context;
    }

    static ManInTheMiddle before(String port, X509Bundle certificate) throws IOException, GeneralSecurityException {
        TrustManager[] anybody = InsecureTrustManagerFactory.INSTANCE.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificate.toKeyManagerFactory().getKeyManagers(), anybody, null);
        ManInTheMiddle man = new ManInTheMiddle(Integer.parseInt(port), context);
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

    private SSLSocket towardsServer() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(8);
        out.writeInt(SSL_REQUEST);
        if (socket.getInputStream().read() != 'S') {
            throw new IOException("no TLS here");
        }
        return (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", serverPort, true);
    }

    private static void between(SSLSocket client, SSLSocket server) {
        CompletableFuture<Void> forth = CompletableFuture.runAsync(() -> pass(client, server), THREADS);
        CompletableFuture<Void> back = CompletableFuture.runAsync(() -> pass(server, client), THREADS);
        forth.exceptionally(lost -> null);
        back.exceptionally(lost -> null);
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
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
