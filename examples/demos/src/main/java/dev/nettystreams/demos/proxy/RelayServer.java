package dev.nettystreams.demos.proxy;

import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.StreamServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server that relays: two descriptors for each connection, and an end that causes no end of input. */
abstract class RelayServer extends ServerCommand {
    RelayServer(int defaultPort) {
        super(defaultPort);
    }

    /** One for the client and one for the destination. */
    @Override
    protected final int descriptorsPerConnection() {
        return 2;
    }

    /**
     * Lets connections end by themselves, up to the timeout: an end of input caused here would look like the end of the
     * client's output.
     */
    @Override
    protected final CompletableFuture<Void> end(StreamServer server, Duration timeout) {
        server.close();
        return server.waitClosed()
                .completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(ended -> {
                    server.abortClients();
                    return server.waitClosed();
                });
    }
}
