package dev.nettystreams.demos.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Programs;
import dev.nettystreams.demos.RunOn;
import java.io.IOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The file server, as clients see it. */
@Timeout(60)
class FileServerTest {
    private static final String PYTHON_CLIENT = """
            import http.client, sys
            c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))
            for name in ('/hello.txt', '/missing', '/a%26b', '/hello.txt'):
                c.request('GET', name)
                s = c.sock
                r = c.getresponse()
                r.read()
                print(r.status, c.sock is s)
            """;

    private static final int BIG_BYTES = 20 << 20;

    @TempDir
    static Path directory;

    private static Path site;
    private static byte[] big;
    private static DemoProcess server;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        site = Files.createDirectory(directory.resolve("site"));
        big = new byte[BIG_BYTES];
        new Random(5).nextBytes(big);
        Files.write(site.resolve("big.bin"), big);
        Files.writeString(site.resolve("hello.txt"), "hello\n");
        Files.createFile(site.resolve("empty"));
        Files.createDirectory(site.resolve("with index"));
        Files.writeString(site.resolve("with index/index.html"), "<p>index");
        Files.createDirectory(site.resolve("a&b"));
        Files.writeString(site.resolve("a&b/100%?#<i>.txt"), "odd\n");
        Files.writeString(directory.resolve("secret"), "secret\n");
        Files.createSymbolicLink(site.resolve("out"), Path.of("../secret"));
        Files.createSymbolicLink(site.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(site.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(site.resolve("in"), Path.of("hello.txt"));
        Files.createDirectories(site.resolve(".git/objects"));
        Files.writeString(site.resolve(".git/config"), "secret\n");
        Files.writeString(site.resolve(".env"), "secret\n");
        Files.createSymbolicLink(site.resolve("to-hidden"), Path.of(".env"));
        Files.createSymbolicLink(site.resolve("to-hidden-directory"), Path.of(".git"));
        Files.createDirectory(site.resolve("hidden index"));
        Files.createSymbolicLink(site.resolve("hidden index/index.html"), Path.of("../.env"));
        server = DemoProcess.demo("serve-files", "--port", "0", site.toString());
        port = server.listeningPort();
    }

    @AfterAll
    static void end() throws Exception {
        assertThat(server.terminate()).isZero();
        assertThat(server.errors()).isEmpty();
        server.close();
    }

    /** Sends bytes, and returns everything that the server sends until it closes. */
    private static String exchange(String request) throws IOException {
        try (Socket socket = DemoProcess.connect(port)) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private static String get(String target, String... fields) throws IOException {
        String lines = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return exchange("GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + lines + "\r\n");
    }

    private static int status(String response) {
        assertThat(response).startsWith("HTTP/1.1 ");
        return Integer.parseInt(response.substring(9, 12));
    }

    private static String field(String response, String name) {
        Matcher found = Pattern.compile("(?m)^" + name + ": (.*)$").matcher(response.split("\r\n\r\n", 2)[0]);
        return found.find() ? found.group(1) : "";
    }

    private static String body(String response) {
        return response.split("\r\n\r\n", 2)[1];
    }

    @Test
    void file_isSentWhole_withItsFacts() throws Exception {
        String response = get("/hello.txt");
        assertThat(status(response)).isEqualTo(200);
        assertThat(body(response)).isEqualTo("hello\n");
        assertThat(field(response, "Content-Length")).isEqualTo("6");
        assertThat(field(response, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
        assertThat(field(response, "ETag")).matches("\"[-0-9a-f]+\"");
        assertThat(field(response, "Last-Modified")).endsWith(" GMT");
        assertThat(body(get("/big.bin")).getBytes(ISO_8859_1)).isEqualTo(big);
        assertThat(body(get("/empty"))).isEmpty();
        assertThat(body(get("/in?query"))).isEqualTo("hello\n");
    }

    @Test
    void requestsOfAPipeline_areAnsweredInOrder_andHeadHasNoBody() throws Exception {
        String response = exchange("GET /hello.txt HTTP/1.1\r\nHost: h\r\n\r\n"
                + "HEAD /hello.txt HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /big.bin HTTP/1.1\r\nHost: h\r\nRange: bytes=-4\r\n\r\n"
                + "GET /missing HTTP/1.1\r\nHost: h\r\n\r\n"
                + "GET /hello.txt HTTP/1.0\r\n\r\n");
        String[] parts = response.split("(?=HTTP/1\\.1 )", -1);
        assertThat(Arrays.stream(parts).map(FileServerTest::status)).containsExactly(200, 200, 206, 404, 200);
        assertThat(body(parts[0])).isEqualTo("hello\n");
        assertThat(body(parts[1])).isEmpty();
        assertThat(field(parts[1], "Content-Length")).isEqualTo("6");
        assertThat(body(parts[2])).isEqualTo(new String(big, BIG_BYTES - 4, 4, ISO_8859_1));
        assertThat(body(parts[4])).isEqualTo("hello\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=1-3 | 206 | ell | bytes 1-3/6",
                "bytes=4-99 | 206 | 'o\n' | bytes 4-5/6",
                "bytes=-2 | 206 | 'o\n' | bytes 4-5/6",
                "bytes=-99 | 206 | 'hello\n' | bytes 0-5/6",
                "bytes=5- | 206 | '\n' | bytes 5-5/6",
                "bytes=6- | 416 | 'the file has 6 bytes\n' | bytes */6",
                "bytes=-0 | 416 | 'the file has 6 bytes\n' | bytes */6",
                "bytes=3-1 | 200 | 'hello\n' | ''",
                "bytes=0-0,2-3 | 200 | 'hello\n' | ''",
                "bytes=4-99999999999999999999 | 206 | 'o\n' | bytes 4-5/6",
                "bytes=-99999999999999999999 | 206 | 'hello\n' | bytes 0-5/6",
                "bytes=99999999999999999999- | 416 | 'the file has 6 bytes\n' | bytes */6",
                "bytes=0000000000000000000004- | 206 | 'o\n' | bytes 4-5/6",
                "Bytes=1-3 | 206 | ell | bytes 1-3/6",
                "lines=1-2 | 200 | 'hello\n' | ''",
                "bytes=- | 200 | 'hello\n' | ''"
            })
    void range_isAnsweredByThesePartsOrWhole(String range, int status, String body, String contentRange)
            throws Exception {
        String response = get("/hello.txt", "Range: " + range);
        assertThat(status(response)).isEqualTo(status);
        assertThat(body(response)).isEqualTo(body);
        assertThat(field(response, "Content-Range")).isEqualTo(contentRange);
    }

    @Test
    void conditions_areHeld() throws Exception {
        String whole = get("/hello.txt");
        String etag = field(whole, "ETag");
        String modified = field(whole, "Last-Modified");
        String past = "Sun, 06 Nov 1994 08:49:37 GMT";
        assertThat(status(get("/hello.txt", "If-None-Match: \"x\", W/" + etag))).isEqualTo(304);
        assertThat(body(get("/hello.txt", "If-None-Match: *"))).isEmpty();
        assertThat(status(get("/hello.txt", "If-None-Match: \"x\"", "If-Modified-Since: " + modified)))
                .isEqualTo(200);
        assertThat(status(get("/hello.txt", "If-Modified-Since: " + modified))).isEqualTo(304);
        assertThat(status(get("/hello.txt", "If-Modified-Since: " + past))).isEqualTo(200);
        assertThat(status(get("/hello.txt", "If-Modified-Since: yesterday"))).isEqualTo(200);
        assertThat(status(get("/hello.txt", "If-Match: " + etag))).isEqualTo(200);
        assertThat(status(get("/hello.txt", "If-Match: W/" + etag))).isEqualTo(412);
        assertThat(status(get("/hello.txt", "If-Unmodified-Since: " + past))).isEqualTo(412);
        assertThat(status(get("/hello.txt", "Range: bytes=0-1", "If-Range: " + etag)))
                .isEqualTo(206);
        assertThat(status(get("/hello.txt", "Range: bytes=0-1", "If-Range: " + past)))
                .isEqualTo(200);
    }

    @Test
    void directory_isListed_escapedAndEncoded_unlessItHasAnIndex() throws Exception {
        assertThat(get("/a&b")).contains("301 Moved", "Location: /a&b/\r\n");
        String page = body(get("/a%26b/"));
        assertThat(page)
                .contains("<h1>/a&amp;b/</h1>", "<a href=\"../\">")
                .contains("<a href=\"./100%25%3F%23%3Ci%3E.txt\">100%?#&lt;i&gt;.txt</a>");
        assertThat(body(get("/a&b/100%25%3F%23%3Ci%3E.txt"))).isEqualTo("odd\n");
        assertThat(body(get("/with%20index/"))).isEqualTo("<p>index");
        assertThat(body(get("/"))).contains("hello.txt", "with index/").doesNotContain("out", "up", "loop");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret",
                "/%2e%2e/secret",
                "/..%2fsecret",
                "/a&b/../../secret",
                "/%2e./secret",
                "/..\\secret",
                "/..%5csecret",
                "/out",
                "/up/secret",
                "/loop",
                "/hello.txt%00",
                "/%2fetc/passwd",
                "//etc/passwd",
                "/hello.txt/",
                "/%c0%ae%c0%ae/secret",
                "/a%",
                "/.env",
                "/%2eenv",
                "/.git",
                "/.git/",
                "/.git/config",
                "/.git/objects/",
                "/.missing",
                "/to-hidden",
                "/to-hidden-directory/",
                "/to-hidden-directory/config"
            })
    void noWay_leadsOut_orToAHiddenFile(String target) throws Exception {
        String response = get(target);
        assertThat(status(response)).isIn(400, 404);
        assertThat(response).doesNotContain("secret\n", "root:");
    }

    /** A client cannot tell it from one that is not there. */
    @Test
    void hiddenFile_isNeitherFoundNorListed() throws Exception {
        String missing = get("/missing").replaceAll("Date: .*", "");
        for (String target : List.of("/.env", "/.git", "/.git/config", "/to-hidden")) {
            assertThat(get(target).replaceAll("Date: .*", "")).isEqualTo(missing);
        }
        assertThat(body(get("/"))).contains("hello.txt").doesNotContain("env", "git", "to-hidden");
        assertThat(get("/hidden%20index/")).doesNotContain("secret").doesNotContain("index.html");
    }

    @Test
    void hiddenFile_isServedIfTheOperatorSaysSo() throws Exception {
        try (DemoProcess own = DemoProcess.demo("serve-files", "--port", "0", "--hidden", site.toString());
                Socket socket = DemoProcess.connect(own.listeningPort())) {
            String head = " HTTP/1.1\r\nHost: h\r\n";
            socket.getOutputStream()
                    .write(("GET /.env" + head + "\r\nGET /.git/config" + head + "\r\nGET /to-hidden" + head
                                    + "\r\nGET /" + head + "Connection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            String answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            assertThat(answers.split("secret\n", -1)).hasSize(4);
            assertThat(answers).contains("href=\"./.env\"", "href=\"./.git/\"", "href=\"./to-hidden\"");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'GET / HTTP/2.0\r\n' | 505",
                "'GET /\r\n' | 400",
                "'GET  / HTTP/1.1\r\n' | 400",
                "'GET / HTTP/1.1\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n' | 400",
                "'GET / HTTP/1.1\nHost: a\n\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a b\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n' | 200",
                "'GET / HTTP/1.1\r\nHost : a\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a\r\n folded\r\n' | 400",
                "'GET * HTTP/1.1\r\nHost: a\r\n\r\n' | 400",
                "'POST / HTTP/1.1\r\nHost: a\r\n\r\n' | 405",
                "'BREW / HTTP/1.1\r\nHost: a\r\n\r\n' | 501",
                "'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n' | 501",
                "'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n' | 400",
                "'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n' | 413",
                "'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n' | 417"
            })
    void request_thatIsNotFit_isAnsweredByItsStatus_andTheConnectionEnds(String request, int status) throws Exception {
        String response = exchange(request);
        assertThat(status(response)).isEqualTo(status);
        assertThat(field(response, "Connection")).isEqualTo("close");
        assertThat(field(response, "Allow")).isEqualTo(status == 405 ? "GET, HEAD" : "");
    }

    @Test
    void head_isBounded() throws Exception {
        assertThat(status(exchange("GET /" + "a".repeat(9000) + " HTTP/1.1\r\n")))
                .isEqualTo(414);
        assertThat(status(exchange("GET / HTTP/1.1\r\nX: " + "a".repeat(40_000))))
                .isEqualTo(431);
        assertThat(status(exchange("GET / HTTP/1.1\r\n" + ("X: " + "a".repeat(1000) + "\r\n").repeat(40))))
                .isEqualTo(431);
    }

    /** A client must not take the part that it has for the file, and the operator must hear of it. */
    @Test
    void fileThatShrinksWhileSent_endsTheConnection_withALine() throws Exception {
        Path shrinking = site.resolve("shrinking.bin");
        Files.write(shrinking, big);
        try (DemoProcess own = DemoProcess.demo("serve-files", "--port", "0", site.toString());
                Socket socket = DemoProcess.connect(own.listeningPort())) {
            socket.getOutputStream().write("GET /shrinking.bin HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            try (FileChannel file = FileChannel.open(shrinking, StandardOpenOption.WRITE)) {
                file.truncate(10);
            }
            assertThatThrownBy(() -> {
                        int byteCount = socket.getInputStream().readAllBytes().length;
                        throw new IOException("an orderly end after " + byteCount);
                    })
                    .hasMessageNotContaining("an orderly end after " + (BIG_BYTES - 1000));
            assertThat(own.terminate()).isZero();
            assertThat(own.errors().lines()).hasSize(1);
            assertThat(own.errors()).contains("shrinking.bin", "shrunk to 10 bytes");
        } finally {
            Files.delete(shrinking);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"callbacks", "loop", "virtual", "threads"})
    void curl_resumes_overTls_onEachKindOfThread(String runOn) throws Exception {
        Programs.require("curl");
        assumeThat(RunOn.valueOf(runOn.toUpperCase(Locale.ROOT)).isAvailable()).isTrue();
        DemoCertificates certificates = DemoCertificates.in(Files.createTempDirectory(directory, "tls"));
        Path part = Files.write(directory.resolve("part-" + runOn), Arrays.copyOf(big, 1 << 20));
        try (DemoProcess own = DemoProcess.demo(
                "serve-files",
                "--port",
                "0",
                "--run-on",
                runOn,
                "--tls-cert",
                certificates.chain(),
                "--tls-key",
                certificates.key(),
                site.toString())) {
            Finished curl = Finished.run(
                    new byte[0],
                    List.of(
                            "curl",
                            "-sS",
                            "--cacert",
                            certificates.root(),
                            "-C",
                            "-",
                            "-o",
                            part.toString(),
                            "https://localhost:" + own.listeningPort() + "/big.bin"));
            assertThat(curl.err()).isEmpty();
            assertThat(Files.readAllBytes(part)).isEqualTo(big);
            assertThat(own.terminate()).isZero();
            assertThat(own.errors()).isEmpty();
        }
    }

    @Test
    void python_keepsTheConnection() throws Exception {
        Programs.require("python3");
        Finished python = Finished.run(new byte[0], List.of("python3", "-c", PYTHON_CLIENT, Integer.toString(port)));
        assertThat(python.err()).isEmpty();
        assertThat(python.text()).isEqualTo("200 True\n404 True\n301 True\n200 True\n");
    }

    @Test
    void directoryThatIsNone_isRefused() throws Exception {
        Finished refused = Finished.demo(
                new byte[0], "serve-files", site.resolve("hello.txt").toString());
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("not a directory: ").hasLineCount(1);
    }
}
