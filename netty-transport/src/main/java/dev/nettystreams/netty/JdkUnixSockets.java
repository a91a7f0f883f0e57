package dev.nettystreams.netty;

import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import org.jspecify.annotations.Nullable;

/** The JDK's Unix sockets, opened and asked for their addresses as a Netty channel wants it. */
final class JdkUnixSockets {
    /** {@code SocketChannel.open} or {@code ServerSocketChannel.open}. */
    @FunctionalInterface
    interface Opener<S extends NetworkChannel> {
        S open(ProtocolFamily family) throws IOException;
    }

    private JdkUnixSockets() {}

    static <S extends NetworkChannel> S open(Opener<S> opener) {
        RequiredNetty.check();
        try {
            return opener.open(StandardProtocolFamily.UNIX);
        } catch (IOException e) {
            throw new ChannelException("could not open a Unix socket", e);
        }
    }

    /** Null if the socket is closed. */
    static @Nullable SocketAddress localAddressOf(NetworkChannel socket) {
        try {
            return socket.getLocalAddress();
        } catch (IOException e) {
            return null;
        }
    }
}
