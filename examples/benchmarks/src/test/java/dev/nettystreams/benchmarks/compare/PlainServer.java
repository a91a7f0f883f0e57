package dev.nettystreams.benchmarks.compare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;

/** A user's server for the modes ping and echo. It needs the JDK only, so that its process starts fast. */
public final class PlainServer {
    private static final int REQUEST_BYTES = 14;
    private static final String REPLY = "+PONG\r\n";

    private PlainServer() {}

    /**
     * Returns the command that runs it.
     *
     * @return a command line for a shell
     * @throws Exception if the place of this class is unknown
     */
    public static String command() throws Exception {
        Path classes = Path.of(PlainServer.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return "'" + System.getProperty("java.home") + "/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
                + classes + "' " + PlainServer.class.getName();
    }

    /**
     * Listens and serves.
     *
     * @param arguments the mode and the port
     * @throws IOException if the server cannot listen
     */
    public static void main(String[] arguments) throws IOException {
        boolean isEcho = arguments[0].equals("echo");
        int port = Integer.parseInt(arguments[1]);
        try (ServerSocket listening = new ServerSocket(port, 100, InetAddress.getLoopbackAddress())) {
            System.out.println("ready");
            while (true) {
                Socket socket = listening.accept();
                new Thread(() -> serve(socket, isEcho)).start();
            }
        }
    }

    private static void serve(Socket socket, boolean isEcho) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] block = new byte[8192];
            int received = 0;
            for (int byteCount; (byteCount = in.read(block)) > 0; ) {
                if (isEcho) {
                    out.write(block, 0, byteCount);
                    continue;
                }
                received += byteCount;
                out.write(REPLY.repeat(received / REQUEST_BYTES).getBytes(US_ASCII));
                received %= REQUEST_BYTES;
            }
        } catch (IOException e) {
            // the client has gone
        }
    }
}
