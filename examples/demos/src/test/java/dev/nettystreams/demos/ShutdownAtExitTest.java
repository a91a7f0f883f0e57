package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.net.Socket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@link StreamServer#shutdownAtExit}, in processes of their own. */
@Timeout(60)
class ShutdownAtExitTest {
    private static final int LONG_ANSWER_BYTES = 256 << 20;

    /** A server whose handler says goodbye at the end of its input; with an argument, for long, or without an end. */
    static final class Server {
        private Server() {}

        public static void main(String[] arguments) throws Exception {
            String how = arguments.length == 0 ? "" : arguments[0];
            ConnectionHandler handler = (reader, writer) -> {
                writer.write("hello".getBytes(US_ASCII));
                Await.await(reader.read(-1));
                if (how.equals("patient")) {
                    writer.asOutputStream().write(new byte[LONG_ANSWER_BYTES]);
                }
                writer.write("goodbye".getBytes(US_ASCII));
                Await.await(writer.drain());
                if (how.equals("endless") || how.equals("twice")) {
                    Await.await(new CompletableFuture<>());
                }
            };
            StreamServer server = Await.await(NettyStreams.create().startServer(handler, "127.0.0.1", 0));
            if (how.equals("patient") || how.equals("twice")) {
                server.shutdownAtExit(ChronoUnit.FOREVER.getDuration());
            }
            if (!how.equals("patient")) {
                server.shutdownAtExit(Duration.ofMillis(500));
            }
            System.out.println("listening on 127.0.0.1:" + server.port());
            Await.await(server.serveForever());
        }
    }

    @Test
    void sigterm_letsHandlersFinish() throws Exception {
        try (DemoProcess server = DemoProcess.start(Server.class);
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));
            server.process().destroy();
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("goodbye".getBytes(US_ASCII));
            assertThat(server.exitStatus()).isEqualTo(128 + 15);
        }
    }

    @Test
    void sigterm_countsTheShortestTimeout() throws Exception {
        try (DemoProcess server = DemoProcess.start(Server.class, "twice");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));
            server.process().destroy();
            assertThat(server.exitStatus()).isEqualTo(128 + 15);
        }
    }

    /** No number of milliseconds holds this timeout. */
    @Test
    void sigterm_letsHandlersFinish_howeverLongTheTimeout() throws Exception {
        try (DemoProcess server = DemoProcess.start(Server.class, "patient");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));
            server.process().destroy();
            client.getInputStream().skipNBytes(LONG_ANSWER_BYTES);
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("goodbye".getBytes(US_ASCII));
            assertThat(server.exitStatus()).isEqualTo(128 + 15);
        }
    }

    @Test
    void sigterm_abortsHandlersThatDoNotEnd() throws Exception {
        try (DemoProcess server = DemoProcess.start(Server.class, "endless");
                Socket client = DemoProcess.connect(server.listeningPort())) {
            assertThat(client.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(US_ASCII));
            server.process().destroy();
            assertThat(server.exitStatus()).isEqualTo(128 + 15);
        }
    }
}
