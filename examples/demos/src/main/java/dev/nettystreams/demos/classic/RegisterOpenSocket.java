package dev.nettystreams.demos.classic;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.StreamChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/** asyncio's "Register an open socket to wait for data using streams": a socket that other code has opened. */
public final class RegisterOpenSocket {
    private RegisterOpenSocket() {}

    static void waitForData(EventLoopGroup group, SocketChannel ours, SocketChannel theirs) throws Exception {
        // Register the open socket to wait for data
        NioSocketChannel channel = new NioSocketChannel(ours);
        channel.config().setAutoRead(false); // the streams say when to read
        group.register(channel).sync();
        StreamConnection connection = await(StreamChannelHandler.adopt(channel, StreamLimits.DEFAULT));

        // Simulate the reception of data from the network
        channel.eventLoop().execute(() -> send(theirs));

        // Wait for data
        byte[] data = await(connection.reader().read(100));

        // Got data, we are done: close the socket
        System.out.println("Received: " + new String(data, UTF_8));
        connection.close();
        await(connection.waitClosed());
    }

    private static void send(SocketChannel theirs) {
        try {
            theirs.write(ByteBuffer.wrap("abc".getBytes(UTF_8)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * Receives three bytes.
     *
     * @param args none
     * @throws Exception any failure
     */
    public static void main(String[] args) throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, IoBackend.NIO.ioHandlerFactory());
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            // Create a pair of connected sockets
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (SocketChannel theirs = SocketChannel.open(listener.getLocalAddress());
                    SocketChannel ours = listener.accept()) {
                waitForData(group, ours, theirs);
            }
        } finally {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }
}
