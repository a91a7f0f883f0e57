package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoProcess;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that misbehave. */
@Timeout(60)
class RespServerTest {
    private static final int MEBIBYTE = 1 << 20;

    @Test
    void valueLargerThanTheHeap_endsItsOwnConnectionOnly_andIsReported() throws Exception {
        try (DemoProcess server = DemoProcess.demoInSmallHeap(48, "resp-server", "--port", "0");
                Socket greedy = DemoProcess.connect(server.listeningPort());
                Socket modest = DemoProcess.connect(greedy.getPort())) {
            sendValue(greedy, 200 * MEBIBYTE);
            assertThat(ping(modest)).isEqualTo("+PONG\r\n");
            assertThat(server.terminate()).isZero();
            assertThat(server.errors().lines()).singleElement().asString().contains("Java heap space");
        }
    }

    @Test
    void clientsThatReset_areNotWorthAWord() throws Exception {
        try (DemoProcess server = DemoProcess.demo("resp-server", "--port", "0");
                Socket modest = DemoProcess.connect(server.listeningPort())) {
            for (String begin : new String[] {"", "PI", "PING\r\n", "*2\r\n$4\r\nEC", "PING\r\n".repeat(10_000)}) {
                Socket rude = DemoProcess.connect(modest.getPort());
                rude.getOutputStream().write(begin.getBytes(US_ASCII));
                rude.setSoLinger(true, 0);
                rude.close();
            }
            assertThat(ping(modest)).isEqualTo("+PONG\r\n");
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    /** Sends until the server closes. */
    private static void sendValue(Socket socket, int byteCount) {
        try {
            socket.getOutputStream().write(("*2\r\n$4\r\nECHO\r\n$" + byteCount + "\r\n").getBytes(US_ASCII));
            for (int sent = 0; sent < byteCount; sent += MEBIBYTE) {
                socket.getOutputStream().write(new byte[MEBIBYTE]);
            }
            socket.getOutputStream().write("\r\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
        }
    }

    private static String ping(Socket socket) throws IOException {
        socket.getOutputStream().write("PING\r\n".getBytes(US_ASCII));
        return new String(socket.getInputStream().readNBytes(7), US_ASCII);
    }
}
