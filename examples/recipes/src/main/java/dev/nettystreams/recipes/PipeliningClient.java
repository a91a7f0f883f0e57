package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** Many requests under way on one connection; the replies come in the order of the requests. */
public final class PipeliningClient implements AutoCloseable {
    private static final int MAX_UNDER_WAY = 1000;

    private final StreamConnection connection;
    private final Semaphore room = new Semaphore(MAX_UNDER_WAY);
    private final Queue<CompletableFuture<String>> underWay = new ArrayDeque<>(); // guarded by itself, as is end
    private IOException end;

    private PipeliningClient(StreamConnection connection) {
        this.connection = connection;
        connection
                .reader()
                .text(UTF_8)
                .forEachLine(this::replied)
                .whenComplete((done, failure) -> ended(new EOFException("the connection ended").initCause(failure)));
    }

    /** Connects to a server. */
    public static PipeliningClient connect(NettyStreams streams, String host, int port) throws Exception {
        return new PipeliningClient(await(streams.openConnection(host, port)));
    }

    /** Sends a line, without waiting for the replies before it; waits while too many requests are under way. */
    public CompletableFuture<String> request(String line) throws Exception {
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a request of two lines would get two replies: " + line);
        }
        room.acquire();
        CompletableFuture<String> reply = new CompletableFuture<>();
        synchronized (underWay) { // the order of the queue is the order on the wire
            if (end == null) {
                underWay.add(reply);
                connection.writer().write(line + "\n", UTF_8);
                return reply;
            }
        }
        room.release();
        reply.completeExceptionally(end);
        return reply;
    }

    /** Called on the event loop with each line. */
    private CompletableFuture<Void> replied(String line) {
        CompletableFuture<String> first;
        synchronized (underWay) {
            first = underWay.poll();
        }
        if (first == null) {
            throw new IllegalStateException("a reply without a request: " + line);
        }
        room.release(); // not earlier: a request that its caller has given up is still in the queue
        first.complete(line); // outside the lock: the caller's code may run inside
        return null;
    }

    private void ended(Throwable reason) {
        List<CompletableFuture<String>> unanswered;
        synchronized (underWay) {
            end = (IOException) reason;
            unanswered = new ArrayList<>(underWay);
            underWay.clear();
        }
        room.release(unanswered.size());
        unanswered.forEach(each -> each.completeExceptionally(reason));
        connection.close();
    }

    /** Ends the connection; requests without a reply fail. */
    @Override
    public void close() {
        connection.close();
    }

    /** Sends a thousand requests to the key-value server of the first recipe, and counts the replies. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create();
                PipeliningClient client = connect(streams, "127.0.0.1", Integer.parseInt(arguments[0]))) {
            List<CompletableFuture<String>> replies = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                replies.add(client.request("SET key" + i + " " + i));
            }
            int count = 0;
            for (CompletableFuture<String> reply : replies) {
                count += await(reply).equals("OK") ? 1 : 0;
            }
            System.out.println(count + " times OK");
        }
    }
}
