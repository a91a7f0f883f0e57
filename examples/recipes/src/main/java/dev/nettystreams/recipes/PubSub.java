package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TaskGroup;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Each line of a client goes to all clients. A client that reads slowly costs a bounded queue, and delays nobody. */
public final class PubSub {
    private static final int QUEUE_CAPACITY = 100;

    /** What becomes of a client whose queue is full. */
    public enum SlowReaderPolicy {
        /** The oldest line is dropped: for prices and positions, where the newest one counts. */
        DROP_OLDEST,
        /** The client is disconnected, and connects again: where a gap must not go unnoticed. */
        DISCONNECT
    }

    private record Client(StreamWriter writer, BlockingQueue<String> queue, AtomicLong droppedCount) {
        Client(StreamWriter writer) {
            this(writer, new ArrayBlockingQueue<>(QUEUE_CAPACITY), new AtomicLong());
        }

        /** Waits for this client alone. */
        void sendAll() throws Exception {
            while (true) {
                writer.write(queue.take() + "\n", UTF_8);
                await(writer.drain());
            }
        }
    }

    private final SlowReaderPolicy policy;
    private final Set<Client> clients = ConcurrentHashMap.newKeySet();

    /** Makes a server. */
    public PubSub(SlowReaderPolicy policy) {
        this.policy = policy;
    }

    /** Starts the server. */
    public CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(this::serve, "127.0.0.1", port);
    }

    private void serve(StreamReader reader, StreamWriter writer) throws Exception {
        Client client = new Client(writer);
        clients.add(client);
        try (TaskGroup tasks = new TaskGroup()) { // its end cancels the sender
            tasks.start(client::sendAll);
            for (String line : reader.text(UTF_8).lines()) {
                publish(line);
            }
        } finally {
            clients.remove(client);
        }
    }

    /** Never waits. */
    private void publish(String line) {
        for (Client each : clients) {
            while (!each.queue.offer(line)) {
                if (policy == SlowReaderPolicy.DISCONNECT) {
                    clients.remove(each);
                    each.writer.abort();
                    break;
                }
                if (each.queue.poll() != null) {
                    each.droppedCount.incrementAndGet();
                }
            }
        }
    }

    /** Returns the number of clients. */
    public int clientCount() {
        return clients.size();
    }

    /** Returns the number of lines that were dropped for the present clients. */
    public long droppedCount() {
        return clients.stream().mapToLong(each -> each.droppedCount.get()).sum();
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(new PubSub(SlowReaderPolicy.DROP_OLDEST).start(streams, 7003))
                    .serveForever());
        }
    }
}
