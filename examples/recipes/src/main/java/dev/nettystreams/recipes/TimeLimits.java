package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.TextReader;
import dev.nettystreams.netty.ConnectOptions;
import dev.nettystreams.netty.NettyStreams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Timeouts of one operation, of several steps together, and of a connection; and how to call a read off. */
public final class TimeLimits {
    private TimeLimits() {}

    /** One operation: the read that timed out has consumed nothing, so the next one sees the whole line. */
    static String lineWithin(StreamReader reader, Duration timeout) throws Exception {
        try {
            return await(reader.text(UTF_8).readLine().orTimeout(timeout.toMillis(), MILLISECONDS));
        } catch (TimeoutException e) {
            return null;
        }
    }

    /** Several steps with one timeout: it interrupts the step under way, which is called off, too. */
    static String login(StreamConnection connection, Duration timeout) throws Exception {
        TextReader lines = connection.reader().text(UTF_8);
        return Await.withTimeout(timeout, () -> {
            connection.writer().write("user\n", UTF_8);
            String challenge = await(lines.readLine());
            connection.writer().write("password " + challenge + "\n", UTF_8);
            return await(lines.readLine());
        });
    }

    /** A connection: the time to connect, and the time without progress in either direction. */
    static CompletableFuture<StreamConnection> connect(NettyStreams streams, String host, int port) {
        ConnectOptions options = ConnectOptions.DEFAULT
                .withConnectTimeout(Duration.ofSeconds(5))
                .withReadIdleTimeout(Duration.ofMinutes(1))
                .withWriteIdleTimeout(Duration.ofSeconds(20));
        return streams.openConnection(host, port, options);
    }

    /** Calls off a read that nobody wants any more; the bytes are the next reader's. */
    static String changedMind(StreamReader reader) throws Exception {
        CompletableFuture<byte[]> line = reader.readLine();
        if (line.cancel(false)) {
            return "called off, and consumed nothing";
        }
        return "the line was faster: " + new String(await(line), UTF_8);
    }

    /** Logs in to a server. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create();
                StreamConnection connection = await(connect(streams, "127.0.0.1", Integer.parseInt(arguments[0])))) {
            System.out.println(login(connection, Duration.ofSeconds(10)));
        }
    }
}
