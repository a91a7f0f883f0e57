package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sends parts of one file: the request {@code 100 50} is answered by {@code 50} and 50 bytes from offset 100. */
public final class FileRanges {
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18})");

    private final Path file;

    /** Makes a server of one file. */
    public FileRanges(Path file) {
        this.file = file;
    }

    /** Starts the server. */
    public CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(this::serve, "127.0.0.1", port);
    }

    private void serve(StreamReader reader, StreamWriter writer) throws Exception {
        for (String request : reader.text(UTF_8).lines()) {
            Matcher range = RANGE.matcher(request);
            if (!range.matches()) {
                writer.write("ERROR expected an offset and a count\n", UTF_8);
                return;
            }
            long offset = Long.parseLong(range.group(1));
            long wanted = Long.parseLong(range.group(2));
            // opened for each request: another process may have replaced the file
            try (FileChannel opened = FileChannel.open(file, StandardOpenOption.READ)) {
                long byteCount = Math.max(0, Math.min(wanted, opened.size() - offset));
                writer.write(byteCount + "\n", UTF_8);
                await(writer.writeFile(opened, offset, byteCount)); // zero copy; waits for a slow client
            }
        }
    }

    /** Fetches a part of the file. */
    public static byte[] fetch(StreamConnection connection, long offset, int byteCount) throws Exception {
        connection.writer().write(offset + " " + byteCount + "\n", UTF_8);
        String count = await(connection.reader().text(UTF_8).readLine());
        if (count == null || !count.matches("[0-9]{1,18}") || Long.parseLong(count) > byteCount) {
            throw new IOException("expected a count of at most " + byteCount + ", not " + count);
        }
        return await(connection.reader().readExactly(Integer.parseInt(count)));
    }

    /** Serves a file until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(new FileRanges(Path.of(arguments[0])).start(streams, 7007))
                    .serveForever());
        }
    }
}
