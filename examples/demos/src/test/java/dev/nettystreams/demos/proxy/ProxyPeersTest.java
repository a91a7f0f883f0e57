package dev.nettystreams.demos.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Programs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The proxy between foreign programs. */
@Timeout(60)
class ProxyPeersTest {
    private static final byte[] PAGE =
            "to whom it may concern\n".repeat(100_000).getBytes(UTF_8);

    @TempDir
    static Path directory;

    private HttpServer web;

    @BeforeEach
    void serve() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, PAGE.length);
            exchange.getResponseBody().write(PAGE);
            exchange.close();
        });
        web.start();
    }

    @AfterEach
    void end() {
        web.stop(0);
    }

    private static Finished curl(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("curl", "-sS", "-H", "Connection: close"));
        command.addAll(List.of(options));
        return Finished.run(new byte[0], command);
    }

    /** TLS and a header on one side, a Unix socket and TLS on the other. */
    @Test
    void curl_readsAPage() throws Exception {
        Programs.require("curl");
        DemoCertificates certificates = DemoCertificates.in(directory);
        String path = directory.resolve("proxy").toString();
        String to = "127.0.0.1:" + web.getAddress().getPort();
        try (DemoProcess terminating = DemoProcess.demo(
                "proxy",
                "--port",
                "0",
                "--accept-proxy",
                "--tls-cert",
                certificates.chain(),
                "--tls-key",
                certificates.key(),
                "--to",
                to)) {
            String port = Integer.toString(terminating.listeningPort());
            try (DemoProcess originating = DemoProcess.demo(
                    "proxy",
                    "--unix",
                    path,
                    "--send-proxy",
                    "v2",
                    "--to-tls",
                    "--ca",
                    certificates.root(),
                    "--to",
                    "localhost:" + port)) {
                originating.line();
                Finished direct =
                        curl("--haproxy-protocol", "--cacert", certificates.root(), "https://localhost:" + port + "/");
                assertThat(direct.err()).isEmpty();
                assertThat(direct.out()).isEqualTo(PAGE);
                Finished twice = curl("--unix-socket", path, "http://localhost/");
                assertThat(twice.err()).isEmpty();
                assertThat(twice.out()).isEqualTo(PAGE);
                for (DemoProcess proxy : List.of(originating, terminating)) {
                    assertThat(proxy.terminate()).isZero();
                    assertThat(proxy.errors()).isEmpty();
                }
            }
        }
    }

    /** Half an upload must not look like a whole one because the proxy shuts down. */
    @Test
    void shutdown_withinAnUpload_isAReset() throws Exception {
        try (ServerSocket upstream = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DemoProcess proxy =
                        DemoProcess.demo("proxy", "--port", "0", "--to", "127.0.0.1:" + upstream.getLocalPort());
                Socket client = DemoProcess.connect(proxy.listeningPort());
                Socket server = upstream.accept()) {
            server.setSoTimeout(20_000);
            client.getOutputStream().write(new byte[1000]);
            assertThat(server.getInputStream().readNBytes(1000)).hasSize(1000);
            assertThat(proxy.terminate()).isZero();
            assertThatThrownBy(() -> server.getInputStream().read()).hasMessageContaining("reset");
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
    }
}
