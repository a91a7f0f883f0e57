package dev.nettystreams.netty;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
import java.util.concurrent.CompletionStage;

/**
 * A conversation under TLS from its first byte: {@code startTls} as its first act. What fails there is the conversation's failure, and
 * reported as such.
 */
record SecureHandler(TlsUpgrade tls, ConnectionHandler handler) implements ConnectionHandler {
    @Override
    public void handle(StreamReader reader, StreamWriter writer) throws Exception {
        handler.handle(reader, writer);
    }

    @Override
    public CompletionStage<?> start(StreamConnection connection) {
        return connection.writer().startTls(tls).thenCompose(session -> handler.start(connection));
    }
}
