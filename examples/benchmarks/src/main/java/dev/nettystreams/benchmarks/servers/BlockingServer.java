package dev.nettystreams.benchmarks.servers;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLServerSocket;

/** The JDK's blocking sockets on virtual threads, one for each connection. */
@SuppressWarnings("AssignmentExpression") // the loop of every reader
final class BlockingServer implements RunningServer {
    @Override
    @SuppressWarnings("resource") // it lives as long as the process
    public void start(ServerTask task) throws Exception {
        Executor threads = VirtualThreads.executor();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        ServerSocket listening = task.tls() == null ? new ServerSocket() : tls(task.tls());
        listening.setReuseAddress(true);
        listening.bind(new InetSocketAddress(loopback, task.port()), 4096);
        Thread acceptor = new Thread(
                () -> {
                    while (true) {
                        try {
                            Socket socket = listening.accept();
                            threads.execute(() -> serve(task, threads, socket));
                        } catch (IOException e) {
                            System.err.println("accept: " + e.getMessage());
                        }
                    }
                },
                "acceptor");
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private static ServerSocket tls(ServerTask.TlsFiles files) throws IOException {
        JdkSslContext tls = (JdkSslContext) NettyServer.tls(files, SslProvider.JDK);
        SSLServerSocket listening =
                (SSLServerSocket) tls.context().getServerSocketFactory().createServerSocket();
        listening.setEnabledCipherSuites(new String[] {NettyServer.CIPHER_SUITE});
        return listening;
    }

    private static void serve(ServerTask task, Executor threads, Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            switch (task.mode()) {
                case PING -> ping(socket);
                case ECHO -> pass(socket.getInputStream(), socket.getOutputStream());
                case SINK -> sink(socket);
                case SOURCE -> source(socket);
                case HTTP -> http(socket);
                case RELAY -> relay(task, threads, socket);
            }
        } catch (IOException e) {
            // the peer has gone
        }
    }

    /**
     * The lines of a socket's input. Flushes the replies before a read that may wait, and not before. It is no
     * {@code BufferedInputStream}: a subclass of that one waits inside a monitor, which holds up the carrier of its
     * virtual thread before Java 24.
     */
    private static final class Lines {
        private final InputStream in;
        private final OutputStream replies;
        private final byte[] buffer = new byte[8192];
        private int position;
        private int limit;

        Lines(InputStream in, OutputStream replies) {
            this.in = in;
            this.replies = replies;
        }

        /** Returns a line with its ending, or the rest at EOF. */
        byte[] next() throws IOException {
            byte[] begun = {};
            while (true) {
                for (int i = position; i < limit; i++) {
                    if (buffer[i] == '\n') {
                        return take(begun, i + 1);
                    }
                }
                begun = take(begun, limit);
                if (!fill()) {
                    return begun;
                }
            }
        }

        /** Takes the buffered bytes up to {@code end}, and returns them after the first ones. */
        private byte[] take(byte[] first, int end) {
            byte[] joined = Arrays.copyOf(first, first.length + end - position);
            System.arraycopy(buffer, position, joined, first.length, end - position);
            position = end;
            return joined;
        }

        void skipFully(int byteCount) throws IOException {
            int left = byteCount;
            while (left > limit - position) {
                left -= limit - position;
                if (!fill()) {
                    throw new EOFException();
                }
            }
            position += left;
        }

        /** Returns false at EOF. */
        private boolean fill() throws IOException {
            replies.flush();
            position = 0;
            limit = Math.max(0, in.read(buffer));
            return limit > 0;
        }
    }

    private static void ping(Socket socket) throws IOException {
        OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 8192);
        Lines in = new Lines(socket.getInputStream(), out);
        byte[] head;
        while ((head = in.next()).length > 0) {
            for (int count = Protocol.decimal(head, 1); count > 0; count--) {
                in.skipFully(Protocol.decimal(in.next(), 1) + 2);
            }
            out.write(Protocol.PONG);
        }
    }

    private static void pass(InputStream in, OutputStream out) throws IOException {
        byte[] block = new byte[Protocol.BLOCK_BYTES];
        int byteCount;
        while ((byteCount = in.read(block)) > 0) {
            out.write(block, 0, byteCount);
        }
    }

    private static void sink(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] block = new byte[Protocol.BLOCK_BYTES];
        int received = 0;
        int byteCount;
        while ((byteCount = in.read(block)) > 0) {
            received += byteCount;
            if (received >= Protocol.SINK_BYTES) {
                received -= Protocol.SINK_BYTES;
                socket.getOutputStream().write(Protocol.SINK_REPLY);
            }
        }
    }

    private static void source(Socket socket) throws IOException {
        Lines in = new Lines(socket.getInputStream(), socket.getOutputStream());
        byte[] zeros = new byte[Protocol.BLOCK_BYTES];
        byte[] line;
        while ((line = in.next()).length > 0) {
            for (int left = Protocol.decimal(line, 0); left > 0; left -= zeros.length) {
                socket.getOutputStream().write(zeros, 0, Math.min(left, zeros.length));
            }
        }
    }

    private static void http(Socket socket) throws IOException {
        Lines in = new Lines(socket.getInputStream(), socket.getOutputStream());
        byte[] requestLine;
        while ((requestLine = in.next()).length > 0) {
            byte[] header;
            do {
                header = in.next();
            } while (header.length > 0 && !Protocol.isBlank(header));
            socket.getOutputStream().write(Protocol.fileFor(requestLine));
        }
    }

    private static void relay(ServerTask task, Executor threads, Socket client) throws IOException {
        try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), task.upstreamPort())) {
            upstream.setTcpNoDelay(true);
            threads.execute(() -> {
                try (client) {
                    pass(upstream.getInputStream(), client.getOutputStream());
                } catch (IOException e) {
                    // one side has gone; the other direction ends with it
                }
            });
            pass(client.getInputStream(), upstream.getOutputStream());
        }
    }
}
