package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.ClientTls;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code proxy}: passes on streams, ends and slowness included. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = {
            "Passes on what comes to port " + ProxyServer.PORT + ", unless told otherwise, and what comes back.",
            "Either side may be TCP or a Unix socket, in clear or under TLS, with or without a PROXY header.",
            "An end of output is passed on where the other side can be told of it. TLS 1.2, and BoringSSL, have none",
            "for one direction: behind --to-tls the answer to a client that has ended its output may then take 60 s."
        })
public final class ProxyServer extends ServerCommand {
    static final int PORT = 8080;

    @Option(names = "--to", paramLabel = "PEER", required = true, description = "HOST:PORT or unix:PATH.")
    private String to = "";

    @Option(names = "--to-tls", description = "TLS from there on.")
    private boolean isToTls;

    @Option(
            names = "--to-name",
            paramLabel = "NAME",
            description =
                    "What the certificate there has to be for (default: the host; behind a Unix socket, localhost).")
    private @Nullable String name;

    @Mixin
    private final ClientTls toTls = new ClientTls();

    @Option(
            names = "--accept-proxy",
            description = "Take clients only from a proxy that says who they are (PROXY protocol, versions 1 and 2).")
    private boolean acceptsHeader;

    @Option(
            names = "--send-proxy",
            paramLabel = "VERSION",
            description = "Say who the client is: ${COMPLETION-CANDIDATES} of the PROXY protocol.")
    private @Nullable HAProxyProtocolVersion header;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private Route route;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private NettyStreams streams;

    ProxyServer() {
        super(PORT);
    }

    /** The client's and the destination's. */
    @Override
    protected int descriptorsPerConnection() {
        return 2;
    }

    /** The header comes first. */
    @Override
    protected boolean isTlsFirst() {
        return false;
    }

    @Override
    protected void prepare(NettyStreams ours) {
        streams = ours;
        Destination destination;
        try {
            destination = Destination.parse(to);
        } catch (IllegalArgumentException e) {
            throw misuse(String.valueOf(e.getMessage()));
        }
        if (!isToTls && (name != null || toTls.isGiven())) {
            throw misuse("--to-name, --ca and --insecure are for --to-tls");
        }
        String hostName = name != null ? name : destination.hostName();
        route = new Route(destination, header, isToTls ? toTls.client().upgrade(hostName) : null);
    }

    /** Conversations end by themselves, or are cut off: an end of input made here would be passed on as if a client had said all. */
    @Override
    protected CompletableFuture<Void> end(StreamServer server, Duration timeout) {
        server.close();
        return server.waitClosed()
                .completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS)
                .thenCompose(ended -> {
                    server.abortClients();
                    return server.waitClosed();
                });
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return new ProxyDialogue(reader, writer, acceptsHeader, tls(), route, streams);
    }
}
