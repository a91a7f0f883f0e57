package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsServer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** A server whose clients secure the connection by STARTTLS, as in SMTP. */
public final class StartTlsServer {
    private static final int LINE_LIMIT_BYTES = 512;

    private final TlsServer tls;

    /** Reads the PEM files, once for all connections. */
    public StartTlsServer(Path certificateChain, Path privateKey) {
        this.tls = Tls.server(certificateChain, privateKey);
    }

    /** Starts the server. */
    public CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(this::serve, "127.0.0.1", port);
    }

    private void serve(StreamReader reader, StreamWriter writer) throws Exception {
        writer.write("220 ready\r\n", US_ASCII);
        while (true) {
            String line = await(reader.text(US_ASCII).readLine(LineEnding.CRLF, LINE_LIMIT_BYTES));
            if (line == null) {
                return;
            }
            boolean isSecure = writer.tlsSession() != null;
            switch (line.toUpperCase(Locale.ROOT)) {
                case "EHLO" -> writer.write(isSecure ? "250 hello\r\n" : "250-hello\r\n250 STARTTLS\r\n", US_ASCII);
                case "STARTTLS" -> {
                    if (isSecure) {
                        writer.write("503 already secure\r\n", US_ASCII);
                    } else {
                        // the go-ahead is the last plaintext: reading has stopped before it leaves
                        await(writer.startTls(tls, "220 go ahead\r\n".getBytes(US_ASCII)));
                    }
                }
                case "WHOAMI" -> writer.write(isSecure ? "250 a secret\r\n" : "530 STARTTLS first\r\n", US_ASCII);
                case "QUIT" -> {
                    writer.write("221 bye\r\n", US_ASCII);
                    return;
                }
                default -> writer.write("500 unknown command\r\n", US_ASCII);
            }
            await(writer.drain());
        }
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StartTlsServer server = new StartTlsServer(Path.of(arguments[0]), Path.of(arguments[1]));
            await(await(server.start(streams, 7002)).serveForever());
        }
    }
}
