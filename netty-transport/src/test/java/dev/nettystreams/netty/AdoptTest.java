package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** S6: streams over channels that other code has opened. */
@ExtendWith(NoLeaks.class)
class AdoptTest {
    /** A codec that reads one line and keeps the bytes after it until it is removed. */
    private static final class OneLine extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<StreamConnection> adopted = new CompletableFuture<>();
        private ByteBuf rest = Unpooled.EMPTY_BUFFER;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            bytes.skipBytes(bytes.bytesBefore((byte) '\n') + 1);
            rest = bytes;
            CompletableFuture<StreamConnection> streams =
                    StreamChannelHandler.adopt(context.channel(), StreamLimits.DEFAULT);
            assertThat(context.pipeline().get(StreamChannelHandler.class)).isNotNull();
            context.pipeline().remove(this);
            streams.thenAccept(adopted::complete);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            context.fireChannelRead(rest);
            context.fireChannelReadComplete();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void adopt_onTheChannelsLoop_getsWhatTheRemovedCodecPassesOn(Wire wire) throws Exception {
        OneLine codec = new OneLine();
        try (BootstrappedServer server = new BootstrappedServer(
                        wire.backend(), channel -> channel.pipeline().addLast(codec));
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port)) {
            client.getOutputStream().write("UPGRADE\none\ntwo\n".getBytes(US_ASCII));
            StreamConnection connection = get(codec.adopted);
            assertThat(get(connection.reader().readLine())).asString(US_ASCII).isEqualTo("one\n");
            assertThat(get(connection.reader().readLine())).asString(US_ASCII).isEqualTo("two\n");
            connection.abort();
        }
    }

    private static void assertRefused(Channel channel, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT))
                .withMessageContaining(reason);
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void channelWithoutAStreamOfBytes_isRefusedAtTheCall() {
        assertRefused(new NioDatagramChannel(), "datagrams");
        assertRefused(new NioServerSocketChannel(), "listening");
        if (Epoll.isAvailable()) {
            assertRefused(new EpollDatagramChannel(), "datagrams");
            assertRefused(new EpollDomainDatagramChannel(), "datagrams");
        }
    }

    @Test
    void channelThatClosesAtThePeersEnd_isRefusedAtTheCall_withTheOneToUse() throws Exception {
        assertRefused(new NioDomainSocketChannel(), "NioUnixChannel");
        assertRefused(new LocalChannel(), "MemoryStreams");
        if (IoBackend.IO_URING.isAvailable()) {
            EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.IO_URING.ioHandlerFactory());
            Channel channel = new IoUringDomainSocketChannel();
            group.register(channel).sync();
            assertRefused(channel, "use epoll's");
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        }
    }

    /** A handler in a pipeline has no caller to throw to: the channel is closed, and Netty logs the reason. */
    @Test
    void handlerInSuchAPipeline_closesTheChannel() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try (Ends ends = Ends.connected()) {
            Channel channel = new NioDomainSocketChannel(null, ends.ours);
            channel.pipeline()
                    .addLast(new StreamChannelHandler(ConnectionHandler.callbacks((reader, writer) -> reader.read(1))));
            group.register(channel).sync();
            assertThat(channel.closeFuture().await(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
    }

    /** The two ends of a Unix connection of the JDK. */
    private record Ends(SocketChannel ours, SocketChannel theirs) implements AutoCloseable {
        static Ends connected() throws IOException {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(Path.of(Wire.newPath()));
            try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                listener.bind(address);
                SocketChannel theirs = SocketChannel.open(address);
                return new Ends(listener.accept(), theirs);
            }
        }

        String read() throws IOException {
            ByteBuffer bytes = ByteBuffer.allocate(100);
            int byteCount = theirs.read(bytes);
            return byteCount < 0 ? "EOF" : new String(bytes.array(), 0, byteCount, US_ASCII);
        }

        @Override
        public void close() throws IOException {
            ours.close();
            theirs.close();
        }
    }

    @Test
    void unixSocketOfTheJdk_survivesThePeersEnd_andClosesAtItOnceHandedBack() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try {
            for (boolean isHandedBack : new boolean[] {false, true}) {
                try (Ends ends = Ends.connected()) {
                    Channel channel = new NioUnixChannel(ends.ours);
                    channel.config().setAutoRead(false);
                    group.register(channel).sync();
                    StreamConnection connection = get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
                    if (isHandedBack) {
                        get(StreamChannelHandler.handBack(connection));
                        channel.config().setAutoRead(true);
                        ends.theirs.shutdownOutput();
                        assertThat(channel.closeFuture().await(20, TimeUnit.SECONDS))
                                .isTrue();
                    } else {
                        ends.theirs.write(ByteBuffer.wrap("question".getBytes(US_ASCII)));
                        ends.theirs.shutdownOutput();
                        assertThat(get(connection.reader().read(-1)))
                                .asString(US_ASCII)
                                .isEqualTo("question");
                        connection.writer().write("answer".getBytes(US_ASCII));
                        connection.close();
                        get(connection.waitClosed());
                        assertThat(ends.read()).isEqualTo("answer");
                        assertThat(ends.read()).isEqualTo("EOF");
                    }
                }
            }
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
        }
    }

    @Test
    void socketOfAnotherFamily_isNoUnixChannel() throws Exception {
        try (ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel socket = SocketChannel.open(listener.getLocalAddress())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new NioUnixChannel(socket))
                    .withMessageContaining("not a connected Unix socket");
        }
    }

    /** Two readers would wait for the same bytes, and the second one would wait for ever. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void channelWithStreams_isRefusedByTheFuture_andKeepsThem(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.client());
            assertThat(failureOf(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has streams already");
            pair.server().writer().write(new byte[] {42});
            assertThat(get(pair.client().reader().read(1))).containsExactly(42);
            pair.client().abort();
            pair.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#tcp")
    void channelWhoseStreamsHaveLeft_isAdoptedAgain(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = get(StreamChannelHandler.handBack(pair.client()));
            StreamConnection again = get(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));
            pair.server().writer().write(new byte[] {42});
            assertThat(get(again.reader().read(1))).containsExactly(42);
            again.abort();
            pair.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void channelThatIsClosed_isRefusedByTheFuture(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.client());
            pair.client().abort();
            pair.server().abort();
            failureOf(pair.client().waitClosed());
            assertThat(failureOf(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
