package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demos with foreign programs at the other end. */
@Timeout(60)
class PeersTest {
    private static final String PYTHON_CLIENT = """
            import asyncio, sys
            async def main():
                reader, writer = await asyncio.open_connection('127.0.0.1', int(sys.argv[1]))
                data = bytes(range(256)) * 4096
                async def send():
                    writer.write(data)
                    await writer.drain()
                    writer.write_eof()
                sending = asyncio.create_task(send())
                assert await reader.readexactly(len(data)) == data
                assert await reader.read() == b''
                await sending
                writer.close()
                await writer.wait_closed()
                print('ok')
            asyncio.run(main())
            """;

    private static final String PYTHON_SERVER = """
            import asyncio
            async def handle(reader, writer):
                data = await reader.read()
                writer.write(data[::-1])
                await writer.drain()
                writer.close()
            async def main():
                server = await asyncio.start_server(handle, '127.0.0.1', 0)
                print('listening on 127.0.0.1:%d' % server.sockets[0].getsockname()[1], flush=True)
                await server.serve_forever()
            asyncio.run(main())
            """;

    private static final String PYTHON_WEB_SERVER = """
            import http.server
            server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
            print(server.server_port, flush=True)
            server.serve_forever()
            """;

    @TempDir
    Path directory;

    private static DemoProcess server;
    private static String port;

    @BeforeAll
    static void startServer() throws Exception {
        server = DemoProcess.demo("echo-server", "--port", "0");
        port = Integer.toString(server.listeningPort());
    }

    @AfterAll
    static void stopServer() throws Exception {
        try (DemoProcess stopped = server) {
            assertThat(stopped.terminate()).isZero();
            assertThat(stopped.errors()).isEmpty();
        }
    }

    @Test
    void asyncioClient_talksToEchoServer() throws Exception {
        Programs.require("python3");
        Finished python = Finished.run(new byte[0], List.of("python3", "-c", PYTHON_CLIENT, port));
        assertThat(python.err()).isEmpty();
        assertThat(python.text()).isEqualTo("ok\n");
    }

    @Test
    void echoClient_talksToAsyncioServer() throws Exception {
        Programs.require("python3");
        Process python = new ProcessBuilder("python3", "-c", PYTHON_SERVER).start();
        try (var lines = python.inputReader()) {
            String listening = lines.readLine();
            Finished client = Finished.demo(
                    "drawer".getBytes(UTF_8),
                    "echo-client",
                    "--port",
                    listening.substring(listening.lastIndexOf(':') + 1));
            assertThat(client.text()).isEqualTo("reward");
            assertThat(client.status()).isZero();
        } finally {
            python.destroyForcibly();
        }
    }

    @Test
    void socat_getsItsBytesBack() throws Exception {
        Programs.require("socat");
        byte[] bytes = new byte[4 << 20];
        new Random(3).nextBytes(bytes);
        Finished socat = Finished.run(bytes, List.of("socat", "-t10", "-", "TCP:127.0.0.1:" + port));
        assertThat(socat.out()).isEqualTo(bytes);
    }

    @Test
    void socat_getsItsBytesBack_overAUnixSocket() throws Exception {
        Programs.require("socat");
        Path path = directory.resolve("echo");
        try (DemoProcess unix = DemoProcess.demo("echo-server", "--unix", path.toString())) {
            assertThat(unix.line()).isEqualTo("listening on unix:" + path);
            byte[] bytes = new byte[4 << 20];
            new Random(3).nextBytes(bytes);
            Finished socat = Finished.run(bytes, List.of("socat", "-t10", "-", "UNIX-CONNECT:" + path));
            assertThat(socat.out()).isEqualTo(bytes);
        }
    }

    @Test
    void curl_getsItsBytesBack() throws Exception {
        Programs.require("curl");
        Finished curl =
                Finished.run("PING\n".getBytes(UTF_8), List.of("curl", "-s", "-m", "2", "telnet://127.0.0.1:" + port));
        assertThat(curl.text()).isEqualTo("PING\n");
    }

    @Test
    void httpHead_printsWhatCurlPrints() throws Exception {
        Programs.require("python3", "curl");
        Process python = new ProcessBuilder("python3", "-c", PYTHON_WEB_SERVER)
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = python.inputReader()) {
            String url = "http://127.0.0.1:" + lines.readLine() + "/?a=b";
            Finished ours = Finished.demo(new byte[0], "http-head", url);
            Finished curls = Finished.run(new byte[0], List.of("curl", "-s", "-0", "-I", url));
            assertThat(ours.err()).isEmpty();
            assertThat(withoutDate(ours)).isEqualTo(withoutDate(curls)).contains("HTTP/1.0 200 OK");
        } finally {
            python.destroyForcibly();
        }
    }

    private static List<String> withoutDate(Finished http) {
        return http.text()
                .lines()
                .filter(line -> !line.startsWith("Date:") && !line.isBlank())
                .toList();
    }
}
