package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsClient;
import dev.nettystreams.tls.TlsTrust;
import java.io.IOException;
import java.nio.file.Path;

/** A client that secures its connection by STARTTLS, and says nothing that matters before. */
public final class StartTlsClient {
    private static final int LINE_LIMIT_BYTES = 512;
    private static final int REPLY_LIMIT_LINES = 100;

    private final NettyStreams streams;
    private final TlsClient tls;

    /** Makes a client; {@code Tls.client()} trusts the system's roots. */
    public StartTlsClient(NettyStreams streams, TlsClient tls) {
        this.streams = streams;
        this.tls = tls;
    }

    /** Asks a server who this client is. */
    public String whoAmI(String host, int port) throws Exception {
        try (StreamConnection connection = await(streams.openConnection(host, port))) {
            expect(connection, "220");
            if (!command(connection, "EHLO").contains("STARTTLS")) {
                throw new IOException("the server offers no STARTTLS: give up, and do not go on in plaintext");
            }
            command(connection, "STARTTLS");
            await(connection.writer().startTls(tls.upgrade(host)));
            command(connection, "EHLO"); // what was said in plaintext counts no more
            String answer = command(connection, "WHOAMI");
            command(connection, "QUIT");
            return answer.substring("250 ".length());
        }
    }

    private static String command(StreamConnection connection, String line) throws Exception {
        connection.writer().write(line + "\r\n", US_ASCII);
        return expect(connection, "2");
    }

    /** Reads a reply of one or more lines: {@code 250-hello}, {@code 250 STARTTLS}. */
    private static String expect(StreamConnection connection, String code) throws Exception {
        StringBuilder reply = new StringBuilder();
        for (int lines = 0; lines < REPLY_LIMIT_LINES; lines++) {
            String line = await(connection.reader().text(US_ASCII).readLine(LineEnding.CRLF, LINE_LIMIT_BYTES));
            if (line == null || !line.startsWith(code)) {
                throw new IOException("expected " + code + ", not " + line);
            }
            reply.append(reply.isEmpty() ? "" : "\n").append(line);
            if (line.startsWith(" ", 3)) {
                return reply.toString();
            }
        }
        throw new IOException("a reply has more than " + REPLY_LIMIT_LINES + " lines");
    }

    /** Asks the server of the recipe above, whose root is in a PEM file. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            TlsClient tls = Tls.client().trusting(TlsTrust.pem(Path.of(arguments[1])));
            StartTlsClient client = new StartTlsClient(streams, tls);
            System.out.println(client.whoAmI("localhost", Integer.parseInt(arguments[0])));
        }
    }
}
