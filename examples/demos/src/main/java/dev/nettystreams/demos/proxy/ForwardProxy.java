package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.netty.NettyStreams;
import picocli.CommandLine.Command;

/** {@code forward-proxy}: connects its clients to the destinations that they name. */
@Command(
        name = "forward-proxy",
        mixinStandardHelpOptions = true,
        description = {
            "Connects each client to the destination that it names, by SOCKS5 or by HTTP's CONNECT:",
            "    curl --proxy socks5h://127.0.0.1:" + ForwardProxy.PORT + " https://example.org/",
            "    curl --proxy http://127.0.0.1:" + ForwardProxy.PORT + " https://example.org/",
            "Listens on port " + ForwardProxy.PORT + " by default, and authenticates no client: each one that reaches",
            "the port can reach the networks of this machine. Leave it on the loopback address or a Unix socket."
        })
public final class ForwardProxy extends RelayServer {
    static final int PORT = 1080;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private NettyStreams streams;

    ForwardProxy() {
        super(PORT);
    }

    @Override
    protected void prepare(NettyStreams ours) {
        streams = ours;
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return dialogue(reader, writer, ProxyHeader.of(writer));
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer, ProxyHeader client) {
        return new ForwardDialogue(
                reader,
                writer,
                destination -> new ProxyDialogue(
                        reader, writer, client, new Route(destination, null, null), streams, idleTimeout()));
    }
}
