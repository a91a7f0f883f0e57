package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Passes each connection on to one server. */
public final class TcpProxy {
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);
    private static final ServerOptions OPTIONS = ServerOptions.DEFAULT.withMaxConnections(500);

    private TcpProxy() {}

    /** Starts the proxy. A tunnel needs two file descriptors, hence the limit on connections. */
    public static CompletableFuture<StreamServer> start(NettyStreams streams, int port, String host, int serverPort) {
        ConnectionHandler tunnel =
                ConnectionHandler.callbacks((reader, writer) -> streams.openConnection(host, serverPort)
                        .thenCompose(server -> StreamConnection.relay(reader.connection(), server, IDLE_TIMEOUT)));
        return streams.startServer(tunnel, "127.0.0.1", port, OPTIONS);
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(start(streams, 7004, arguments[0], Integer.parseInt(arguments[1])))
                    .serveForever());
        }
    }
}
