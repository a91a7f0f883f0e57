package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShutdownTest {
    private static final int VALUE_BYTES = 32 << 20;

    @Test
    void sigterm_withinALargeReply_sendsAllOfIt() throws Exception {
        try (DemoProcess server = DemoProcess.demo("resp-server", "--port", "0");
                Socket socket = DemoProcess.connect(server.listeningPort())) {
            byte[] value = new byte[VALUE_BYTES];
            Arrays.fill(value, (byte) 'v');
            socket.getOutputStream()
                    .write(("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + VALUE_BYTES + "\r\n").getBytes(US_ASCII));
            socket.getOutputStream().write(value);
            socket.getOutputStream().write("\r\nGET k\r\n".getBytes(US_ASCII));
            byte[] head = ("+OK\r\n$" + VALUE_BYTES + "\r\n").getBytes(US_ASCII);
            assertThat(socket.getInputStream().readNBytes(head.length)).isEqualTo(head);
            server.process().destroy();
            assertThat(socket.getInputStream().readNBytes(VALUE_BYTES)).isEqualTo(value);
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo("\r\n".getBytes(US_ASCII));
            assertThat(server.exitStatus()).isZero();
        }
    }

    @Test
    void sigterm_withAPeerThatReadsNothing_endsWithinItsTime() throws Exception {
        try (DemoProcess server = DemoProcess.demo("resp-server", "--port", "0");
                Socket socket = DemoProcess.connect(server.listeningPort())) {
            byte[] value = new byte[VALUE_BYTES];
            socket.getOutputStream().write(("*2\r\n$4\r\nECHO\r\n$" + VALUE_BYTES + "\r\n").getBytes(US_ASCII));
            socket.getOutputStream().write(value);
            socket.getOutputStream().write("\r\n".getBytes(US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('$');
            long start = System.nanoTime();
            assertThat(server.terminate()).isZero();
            assertThat((System.nanoTime() - start) / 1e9).isBetween(4.0, 12.0); // 5 s, more on a busy machine
            assertThat(server.errors().lines()).singleElement().asString().contains("aborted: the peer did not read");
        }
    }
}
