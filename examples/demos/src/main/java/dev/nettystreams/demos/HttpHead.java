package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code http-head}: asyncio's classic example, the headers of a URL. */
@Command(
        name = "http-head",
        mixinStandardHelpOptions = true,
        description = "Asks a web server for the headers of a URL, and prints them.")
final class HttpHead implements Callable<Integer> {
    private static final int ANSWER_TIMEOUT_SECONDS = 30;

    @Parameters(paramLabel = "URL", description = "For example https://example.org/")
    private String url = "";

    @Mixin
    private final ClientTls tls = new ClientTls();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        URI uri = parsed();
        try (NettyStreams streams = NettyStreams.create();
                StreamConnection connection = await(connect(streams, uri))) {
            PrintWriter out = command.commandLine().getOut();
            connection.writer().write(request(uri).getBytes(US_ASCII));
            String line = readHeader(connection);
            while (!line.isEmpty()) {
                out.println(line);
                line = readHeader(connection);
            }
            if (out.checkError()) {
                throw new IOException("could not write to standard output");
            }
            return 0;
        }
    }

    private CompletableFuture<StreamConnection> connect(NettyStreams streams, URI uri) {
        boolean isSecure = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() >= 0 ? uri.getPort() : isSecure ? 443 : 80;
        return isSecure
                ? streams.openConnection(address(uri), port, tls.client())
                : streams.openConnection(address(uri), port);
    }

    private URI parsed() {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            throw misuse("not a URL: " + e.getMessage());
        }
        boolean isHttp = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (!isHttp || uri.getHost() == null) {
            throw misuse("not a http or https URL: " + url);
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw misuse("port not in 1 to 65535: " + uri.getPort());
        }
        return uri;
    }

    private static String address(URI uri) {
        String host = uri.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static String request(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String host = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
        return "HEAD " + path + query + " HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
    }

    private static String readHeader(StreamConnection connection) throws Exception {
        byte[] line;
        try {
            line = await(
                    connection.reader().readLine(LineEnding.CRLF).orTimeout(ANSWER_TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            throw new IOException("the server did not answer within " + ANSWER_TIMEOUT_SECONDS + " s", e);
        }
        if (line.length == 0) {
            throw new EOFException("the server ended the connection within its headers");
        }
        return new String(line, 0, line.length - 2, ISO_8859_1);
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
