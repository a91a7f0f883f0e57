package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.ClientTls;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.netty.NettyStreams;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code proxy}: relays streams, with half-close and backpressure. */
@Command(
        name = "proxy",
        mixinStandardHelpOptions = true,
        description = {
            "Relays connections from port " + ProxyServer.PORT + ", by default, to a destination and back.",
            "Either side may be TCP or a Unix socket, plaintext or TLS, with or without a PROXY header.",
            "The end of output is passed on where the other side supports half-close. TLS 1.2, and BoringSSL, do not:",
            "with --to-tls, the answer to a client that has ended its output may then take up to 60 s."
        })
public final class ProxyServer extends RelayServer {
    static final int PORT = 8080;

    @Option(names = "--to", paramLabel = "PEER", required = true, description = "HOST:PORT or unix:PATH.")
    private String to = "";

    @Option(names = "--to-tls", description = "Use TLS to the destination.")
    private boolean isToTls;

    @Option(
            names = "--to-name",
            paramLabel = "NAME",
            description = "The name in the destination's certificate (default: the host; localhost for a Unix socket).")
    private @Nullable String name;

    @Mixin
    private final ClientTls toTls = new ClientTls();

    @Option(
            names = "--send-proxy",
            paramLabel = "VERSION",
            description = "Send the client's address: ${COMPLETION-CANDIDATES} of the PROXY protocol.")
    private @Nullable HAProxyProtocolVersion header;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private Route route;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private NettyStreams streams;

    ProxyServer() {
        super(PORT);
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
            throw misuse("--to-name, --ca and --insecure need --to-tls");
        }
        String hostName = name != null ? name : destination.hostName();
        route = new Route(destination, header, isToTls ? toTls.client().upgrade(hostName) : null);
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return dialogue(reader, writer, ProxyHeader.of(writer));
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer, ProxyHeader client) {
        return new ProxyDialogue(reader, writer, client, route, streams, idleTimeout());
    }
}
