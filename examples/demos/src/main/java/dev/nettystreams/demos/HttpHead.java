package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
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

/** {@code http-head}: asyncio's classic example, which prints the headers of a URL. */
@Command(
        name = "http-head",
        mixinStandardHelpOptions = true,
        description = "Asks a web server for the headers of a URL, and prints them.")
final class HttpHead implements Callable<Integer> {
    private static final int ANSWER_TIMEOUT_SECONDS = 30;

    /** The same limit as curl's. */
    private static final int MOST_BYTES = 300 << 10;

    @Parameters(paramLabel = "URL", description = "For example https://example.org/")
    private String url = "";

    @Mixin
    private final ClientTls tls = new ClientTls();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        HttpUrl target = parsed();
        try (NettyStreams streams = NettyStreams.create();
                StreamConnection connection = await(connect(streams, target))) {
            PrintWriter out = command.commandLine().getOut();
            connection.writer().write(target.headRequest().getBytes(US_ASCII));
            int byteCount = 0;
            byte[] line = readHeader(connection);
            while (line.length > 0) {
                byteCount += line.length;
                if (byteCount > MOST_BYTES) {
                    throw new IOException("the headers have more than " + MOST_BYTES + " bytes");
                }
                out.println(printable(line));
                line = readHeader(connection);
            }
            if (out.checkError()) {
                throw new IOException("could not write to standard output");
            }
            return 0;
        }
    }

    private CompletableFuture<StreamConnection> connect(NettyStreams streams, HttpUrl target) {
        if (!target.isSecure() && tls.isGiven()) {
            throw misuse("--ca, --insecure, --cert and --key need an https URL: " + url);
        }
        return target.isSecure()
                ? streams.openConnection(
                        target.host(), target.port(), tls.client().upgrade(target.name(), target.port()))
                : streams.openConnection(target.host(), target.port());
    }

    private HttpUrl parsed() {
        try {
            return HttpUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw misuse(String.valueOf(e.getMessage()));
        }
    }

    /** Reads the header without the empty line after it. */
    private static byte[] readHeader(StreamConnection connection) throws Exception {
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
        return Arrays.copyOf(line, line.length - 2);
    }

    /**
     * Decodes UTF-8, which most servers use, or else Latin-1, which HTTP once used; replaces characters that a terminal
     * would obey.
     */
    private static String printable(byte[] header) {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
        } catch (CharacterCodingException e) {
            text = new String(header, ISO_8859_1);
        }
        return OneLine.printable(text.replace('\t', ' '));
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
