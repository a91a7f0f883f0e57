package dev.nettystreams.benchmarks.servers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.nio.charset.StandardCharsets;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyInbound;
import reactor.netty.NettyOutbound;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpClient;
import reactor.netty.tcp.TcpServer;

/** Reactor Netty on epoll where there is epoll, with Netty's line decoder in its pipeline. */
final class ReactorServer implements RunningServer {
    private static final byte[] ZEROS = new byte[Protocol.BLOCK_BYTES];

    @Override
    public void start(ServerTask task) throws Exception {
        // A loop group of our own, because Reactor Netty would choose io_uring.
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                task.loops(), Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        LoopResources loops = hasNative -> group;
        TcpServer server = TcpServer.create()
                .host("127.0.0.1")
                .port(task.port())
                .runOn(loops)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true);
        if (task.tls() != null) {
            SslContext tls = NettyServer.tls(task.tls(), SslProvider.OPENSSL);
            server = server.secure(secured -> secured.sslContext(tls));
        }
        if (task.mode() == Mode.PING || task.mode() == Mode.SOURCE || task.mode() == Mode.HTTP) {
            server = server.doOnConnection(
                    connection -> connection.addHandlerLast(new LineBasedFrameDecoder(Protocol.BLOCK_BYTES)));
        }
        TcpClient client = TcpClient.newConnection()
                .host("127.0.0.1")
                .port(task.upstreamPort())
                .runOn(loops)
                .option(ChannelOption.TCP_NODELAY, true);
        server.handle((in, out) -> serve(task.mode(), client, in, out)).bindNow();
    }

    private static Publisher<Void> serve(Mode mode, TcpClient client, NettyInbound in, NettyOutbound out) {
        return switch (mode) {
            case PING -> {
                DecodedPing.LineCount lines = new DecodedPing.LineCount();
                yield out.send(in.receive().<ByteBuf>handle((line, replies) -> {
                    if (lines.endsRequest(line)) {
                        replies.next(RawPing.replies(1));
                    }
                }));
            }
            case ECHO -> out.send(in.receive().retain());
            case SINK -> {
                int[] received = new int[1];
                yield out.send(in.receive().<ByteBuf>handle((block, replies) -> {
                    received[0] += block.readableBytes();
                    if (received[0] >= Protocol.SINK_BYTES) {
                        received[0] -= Protocol.SINK_BYTES;
                        replies.next(Unpooled.wrappedBuffer(new byte[] {Protocol.SINK_REPLY}));
                    }
                }));
            }
            case SOURCE ->
                out.sendByteArray(in.receive()
                        .asString(StandardCharsets.US_ASCII)
                        .concatMap(line -> zeros(Integer.parseInt(line.strip()))));
            case HTTP -> {
                RequestLines lines = new RequestLines();
                yield out.sendByteArray(in.receive().asByteArray().handle((line, replies) -> {
                    byte[] response = lines.responseAfter(line);
                    if (response.length > 0) {
                        replies.next(response);
                    }
                }));
            }
            case RELAY ->
                client.connect()
                        .flatMap(upstream -> Mono.when(
                                upstream.outbound().send(in.receive().retain()),
                                out.send(upstream.inbound().receive().retain())));
        };
    }

    private static Flux<byte[]> zeros(int byteCount) {
        return Flux.generate(() -> byteCount, (left, blocks) -> {
            if (left <= 0) {
                blocks.complete();
                return 0;
            }
            blocks.next(left >= ZEROS.length ? ZEROS : new byte[left]);
            return left - ZEROS.length;
        });
    }

    private static final class RequestLines {
        private byte[] requestLine = {};

        /** Returns the response if the line ends a request, else nothing. */
        byte[] responseAfter(byte[] line) {
            if (requestLine.length == 0) {
                requestLine = line;
                return new byte[0];
            }
            if (line.length > 0) {
                return new byte[0];
            }
            byte[] response = Protocol.fileFor(requestLine);
            requestLine = line;
            return response;
        }
    }
}
