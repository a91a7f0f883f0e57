package dev.nettystreams.tls;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.ECHO;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.ConnectOptions;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.ProxyConnectException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connecting through a proxy, by Netty's handler that a hook adds (S10). */
@ExtendWith(NoLeaks.class)
class ProxyTest {
    private static final String CONNECTED = "HTTP/1.1 200 Connected\r\n\r\n";

    /** Reads a CONNECT request, and answers with what {@code answer} makes of its target. */
    private static ConnectionHandler proxy(Function<String, String> answer) {
        return Await.onThreads((reader, writer) -> {
            String target = new String(await(reader.readLine()), US_ASCII).split(" ", -1)[1];
            while (await(reader.readLine()).length > 2) {
                // a header
            }
            String reply = answer.apply(target);
            writer.write(reply.getBytes(US_ASCII));
            if (reply.startsWith(CONNECTED)) {
                await(reader.relayTo(writer));
            } else {
                await(reader.read(1));
            }
        });
    }

    private static ConnectOptions through(StreamServer proxy) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port());
        return ConnectOptions.DEFAULT.withChannel(channel -> channel.pipeline().addLast(new HttpProxyHandler(address)));
    }

    /** A server that speaks first: its banner may come with the proxy's answer. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void bytesBehindTheProxysAnswer_areTheFirstThatAreRead(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer proxy = get(
                        streams.startServer(proxy(target -> CONNECTED + "220 " + target + "\r\n"), "127.0.0.1", 0));
                StreamConnection client = get(streams.openConnection("127.0.0.1", 9, through(proxy)))) {
            assertThat(get(client.reader().readLine())).asString().isEqualTo("220 127.0.0.1:9\r\n");
            client.writer().write("hello\n".getBytes(US_ASCII));
            assertThat(get(client.reader().readLine())).asString().isEqualTo("hello\n");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void refusalOfTheProxy_failsTheOpening(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer proxy = get(streams.startServer(
                        proxy(target -> "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"), "127.0.0.1", 0))) {
            Throwable failure = failureOf(streams.openConnection("127.0.0.1", 9, through(proxy)));
            assertThat(failure)
                    .isInstanceOf(ConnectException.class)
                    .hasMessageStartingWith("could not connect to 127.0.0.1:9: ")
                    .hasMessageContaining("403 Forbidden");
            assertThat(failure.getSuppressed()).hasOnlyElementsOfType(ProxyConnectException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void proxyThatDoesNotAnswer_runsIntoTheConnectTimeout(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer silent = get(streams.startServer(
                        ConnectionHandler.callbacks((reader, writer) -> reader.readAll(1 << 20)), "127.0.0.1", 0))) {
            ConnectOptions brief = through(silent).withConnectTimeout(Duration.ofMillis(100));
            assertThat(failureOf(streams.openConnection("127.0.0.1", 9, brief)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("within 100 ms");
            // Nothing is left: the server sees the end of the connection.
            get(silent.shutdown(Duration.ofSeconds(20)));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void tls_worksBehindTheProxy(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                StreamServer server =
                        get(streams.startServer(ECHO, "127.0.0.1", 0, ServerOptions.DEFAULT.withTls(wire.server())));
                StreamServer proxy = get(streams.startServer(tunnel(streams), "127.0.0.1", 0));
                StreamConnection client = get(streams.openConnection(
                        "localhost", server.port(), through(proxy).withTls(wire.client())))) {
            client.writer().write("hello\n".getBytes(US_ASCII));
            assertThat(get(client.reader().readLine())).asString().isEqualTo("hello\n");
            assertThat(client.writer().tlsSession()).isNotNull();
        }
    }

    /** A whole proxy: connects to the target. */
    private static ConnectionHandler tunnel(NettyStreams streams) {
        return Await.onThreads((reader, writer) -> {
            String target = new String(await(reader.readLine()), US_ASCII).split(" ", -1)[1];
            while (await(reader.readLine()).length > 2) {
                // a header
            }
            int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
            StreamConnection behind = await(streams.openConnection("127.0.0.1", port));
            writer.write(CONNECTED.getBytes(US_ASCII));
            await(StreamConnection.relay(reader.connection(), behind));
        });
    }
}
