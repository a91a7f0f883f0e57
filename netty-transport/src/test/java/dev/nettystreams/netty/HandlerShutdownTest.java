package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server's shutdown reaches every handler, on every kind of thread and in every kind of wait. */
@ExtendWith(NoLeaks.class)
class HandlerShutdownTest {
    private static final int CONNECTIONS = 12;

    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    enum ThreadKind {
        THREADS,
        VIRTUAL_THREADS,
        EVENT_LOOP;

        boolean isAvailable() {
            return switch (this) {
                case THREADS -> true;
                case VIRTUAL_THREADS -> Runtime.version().feature() >= 21;
                case EVENT_LOOP -> Await.isOnEventLoopAvailable();
            };
        }

        ConnectionHandler run(ConnectionHandler handler) {
            return switch (this) {
                case THREADS -> Await.onThreads(handler);
                case VIRTUAL_THREADS -> Await.onVirtualThreads(handler);
                case EVENT_LOOP -> Await.onEventLoop(handler);
            };
        }
    }

    static Stream<Arguments> kindsAndWires() {
        return Stream.of(ThreadKind.values())
                .filter(ThreadKind::isAvailable)
                .flatMap(kind -> Wire.all().map(wire -> Arguments.of(kind, wire)));
    }

    /** Waits for one of three events, none of which occurs. */
    private ConnectionHandler waiting(ThreadKind kind) {
        return kind.run((reader, writer) -> {
            int wait = begun.getAndIncrement() % 3;
            try {
                switch (wait) {
                    case 0 -> await(reader.readLine());
                    case 1 -> Thread.sleep(Duration.ofDays(1).toMillis());
                    default -> await(new CompletableFuture<>());
                }
            } finally {
                ended.incrementAndGet();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("kindsAndWires")
    void shutdown_reachesAHandler_whateverItWaitsFor(ThreadKind kind, Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2)) {
            Wire.Served served = wire.serve(streams, waiting(kind));
            List<StreamConnection> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(served.connect());
            }
            while (begun.get() < CONNECTIONS) {
                Thread.onSpinWait();
            }
            Wire.get(served.server().shutdown(Duration.ofMillis(50)));
            assertThat(ended).hasValue(CONNECTIONS);
            clients.forEach(StreamConnection::abort);
        }
    }

    /** Connections accepted during the shutdown are ended with it, or their handlers never start. */
    @ParameterizedTest
    @MethodSource("kindsAndWires")
    void shutdown_reachesConnectionsJustAccepted(ThreadKind kind, Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 2);
                NettyStreams others = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, waiting(kind));
            Wire.Served outside = new Wire.Served(wire, others, served.server(), served.path());
            StreamConnection first = outside.connect();
            List<CompletableFuture<StreamConnection>> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(outside.connecting());
            }
            while (begun.get() == 0) {
                Thread.onSpinWait();
            }
            Wire.get(served.server().shutdown(Duration.ZERO));
            assertThat(ended).hasValue(begun.get());
            first.abort();
            for (CompletableFuture<StreamConnection> client : clients) {
                Wire.get(client.handle((connection, refused) -> {
                    if (connection != null) {
                        connection.abort();
                    }
                    return null;
                }));
            }
        }
    }
}
