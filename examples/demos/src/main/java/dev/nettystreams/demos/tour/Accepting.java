package dev.nettystreams.demos.tour;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A handler that hands its connection to other code, and ends when the connection does. */
final class Accepting implements ConnectionHandler {
    private final CompletableFuture<StreamConnection> accepted;

    Accepting(CompletableFuture<StreamConnection> accepted) {
        this.accepted = accepted;
    }

    @Override
    public void handle(StreamReader reader, StreamWriter writer) {
        throw new UnsupportedOperationException("servers call start()");
    }

    @Override
    public CompletionStage<?> start(StreamConnection connection) {
        accepted.complete(connection);
        return connection.waitClosed().handle((done, failure) -> true);
    }
}
