package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Requests and replies, one at a time on each connection, over a bounded number of connections that are used again. */
public final class ConnectionPool implements AutoCloseable {
    private final NettyStreams streams;
    private final String host;
    private final int port;
    private final Semaphore permits;
    private final Deque<StreamConnection> idle = new ConcurrentLinkedDeque<>();

    /** Makes a pool of at most {@code size} connections to one server. */
    public ConnectionPool(NettyStreams streams, String host, int port, int size) {
        this.streams = streams;
        this.host = host;
        this.port = port;
        this.permits = new Semaphore(size);
    }

    /** Sends a line and returns the reply; waits while all connections are busy. */
    public String request(String line) throws Exception {
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a request of two lines would get two replies: " + line);
        }
        permits.acquire();
        try {
            StreamConnection connection = idleOrNew();
            boolean isReusable = false;
            try {
                String reply = exchange(connection, line);
                isReusable = true;
                return reply;
            } finally {
                if (isReusable) {
                    idle.push(connection);
                } else {
                    connection.abort(); // half of a reply may be under way: no later request may see it
                }
            }
        } finally {
            permits.release();
        }
    }

    /** A server closes connections that have been idle; those are found here, before a request is lost on one. */
    private StreamConnection idleOrNew() throws Exception {
        for (StreamConnection each; (each = idle.poll()) != null; ) {
            if (tryReuse(each)) {
                return each;
            }
            each.close();
        }
        return await(streams.openConnection(host, port));
    }

    /** Without a request the server has nothing to say: what it has said would be taken for the next reply. */
    private static boolean tryReuse(StreamConnection connection) throws Exception {
        try {
            boolean isSilent = await(connection.reader().readAvailable()).length == 0;
            return isSilent
                    && !connection.reader().atEof()
                    && !connection.writer().isClosing();
        } catch (IOException e) {
            return false; // lost meanwhile
        }
    }

    private static String exchange(StreamConnection connection, String line) throws Exception {
        connection.writer().write(line + "\n", UTF_8);
        String reply = await(connection.reader().text(UTF_8).readLine().orTimeout(10, TimeUnit.SECONDS));
        if (reply == null) {
            throw new EOFException("the server closed the connection before its reply");
        }
        return reply;
    }

    /** Closes the idle connections. */
    @Override
    public void close() {
        for (StreamConnection each; (each = idle.poll()) != null; ) {
            each.close();
        }
    }

    /** Asks the key-value server of the first recipe. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create();
                ConnectionPool pool = new ConnectionPool(streams, "127.0.0.1", Integer.parseInt(arguments[0]), 4)) {
            System.out.println(pool.request("SET colour blue"));
            System.out.println(pool.request("GET colour"));
        }
    }
}
