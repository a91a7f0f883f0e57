package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demos under TLS, with foreign programs at the other end. */
@Timeout(60)
class TlsDemosTest {
    private static final String PYTHON_CLIENT = """
            import asyncio, ssl, sys
            async def main():
                context = ssl.create_default_context(cafile=sys.argv[2])
                reader, writer = await asyncio.open_connection('localhost', int(sys.argv[1]), ssl=context)
                data = bytes(range(256)) * 4096
                writer.write(data)
                assert await reader.readexactly(len(data)) == data
                print(writer.get_extra_info('ssl_object').version())
                writer.close()
                await writer.wait_closed()
            asyncio.run(main())
            """;

    @TempDir
    static Path directory;

    private static DemoCertificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = DemoCertificates.in(directory);
    }

    private static DemoServer echoServer() throws Exception {
        return DemoServer.demo(
                "echo-server", "--port", "0", "--tls-cert", certificates.chain(), "--tls-key", certificates.key());
    }

    @Test
    void openssl_getsItsBytesBack() throws Exception {
        Programs.require("openssl");
        try (DemoServer server = echoServer()) {
            String address = "localhost:" + server.listeningPort();
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(echoByOpenssl(address, version)).isEqualTo("to and fro");
            }
            assertThat(server.terminate()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    private static String echoByOpenssl(String address, String version) throws Exception {
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "s_client",
                        "-quiet",
                        "-no_ign_eof",
                        "-verify_return_error",
                        "-CAfile",
                        certificates.root(),
                        "-servername",
                        "localhost",
                        version,
                        "-connect",
                        address)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var out = openssl.inputReader()) {
            Writer in = openssl.outputWriter();
            in.write("to and fro\n");
            in.flush();
            String echo = out.readLine();
            in.close();
            assertThat(openssl.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return echo;
        } finally {
            openssl.destroyForcibly();
        }
    }

    @Test
    void asyncioClient_talksToEchoServer() throws Exception {
        Programs.require("python3");
        try (DemoServer server = echoServer()) {
            Finished python = Finished.run(
                    new byte[0],
                    List.of(
                            "python3",
                            "-c",
                            PYTHON_CLIENT,
                            Integer.toString(server.listeningPort()),
                            certificates.root()));
            assertThat(python.err()).isEmpty();
            assertThat(python.text()).isEqualTo("TLSv1.3\n");
            assertThat(server.terminate()).isZero();
        }
    }

    /** Starts a web server for one request and returns the outcome of {@code http-head}. */
    private static CommandResult headFrom(String host, String... options) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificates.localhost().toKeyManagerFactory().getKeyManagers(), null, null);
        try (SSLServerSocket listener =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0)) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answer(listener));
            String[] command = new String[options.length + 2];
            command[0] = "http-head";
            System.arraycopy(options, 0, command, 1, options.length);
            command[command.length - 1] = "https://" + host + ":" + listener.getLocalPort() + "/";
            CommandResult head = CommandResult.ofDemo(command);
            answered.join();
            return head;
        }
    }

    private static void answer(SSLServerSocket listener) {
        try (SSLSocket peer = (SSLSocket) listener.accept()) {
            StringBuilder request = new StringBuilder();
            while (request.indexOf("\r\n\r\n") < 0) {
                int next = peer.getInputStream().read();
                if (next < 0) {
                    return;
                }
                request.append((char) next);
            }
            peer.getOutputStream().write("HTTP/1.0 200 OK\r\nServer: secure\r\n\r\n".getBytes(US_ASCII));
        } catch (IOException e) {
            // the client does not trust the certificate
        }
    }

    @Test
    void httpHead_readsHttps() throws Exception {
        CommandResult head = headFrom("localhost", "--ca", certificates.root());
        assertThat(head.err()).isEmpty();
        assertThat(head.out()).isEqualTo("HTTP/1.0 200 OK\nServer: secure\n");
    }

    @Test
    void httpHead_believesNobodyUnknown_andNoOtherName() throws Exception {
        for (CommandResult refused :
                List.of(headFrom("localhost"), headFrom("127.0.0.1", "--ca", certificates.root()))) {
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err().lines()).hasSize(1);
            assertThat(refused.err()).startsWith("netty-streams-demos: ");
        }
        assertThat(headFrom("127.0.0.1", "--insecure").status()).isZero();
    }

    @Test
    void unusableKey_isToldOfBeforeAnybodyCanConnect() throws Exception {
        for (String command : List.of("echo-server", "smtp-server")) {
            CommandResult server = CommandResult.ofDemo(
                    command, "--port", "0", "--tls-cert", certificates.chain(), "--tls-key", certificates.chain());
            assertThat(server.status()).isEqualTo(1);
            assertThat(server.out()).isEmpty();
            assertThat(server.err().lines()).singleElement().asString().contains("PRIVATE KEY");
        }
    }

    @Test
    void plaintextClient_isToldOfInOneLine() throws Exception {
        try (DemoServer server = echoServer();
                var client = DemoProcess.connect(server.listeningPort())) {
            client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
            readToItsEnd(client);
            assertThat(server.terminate()).isZero();
            assertThat(server.errors().lines()).hasSize(1);
            assertThat(server.errors()).contains("TLS").doesNotContain("GET");
        }
    }

    private static void readToItsEnd(Socket socket) throws Exception {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset"); // counts as an end
        }
    }
}
