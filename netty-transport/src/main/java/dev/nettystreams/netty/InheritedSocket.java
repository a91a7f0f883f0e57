package dev.nettystreams.netty;

import io.netty.channel.ChannelException;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A listening socket that the process has inherited as a descriptor, on Linux. */
final class InheritedSocket {
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** The servers' channels by descriptor. Two of them would close it twice, the second time under another socket. */
    private static final Map<Integer, ServerChannel> TAKEN = new ConcurrentHashMap<>();

    private InheritedSocket() {}

    /**
     * Returns an epoll channel over a listening socket, TCP or Unix.
     *
     * @throws IOException if the descriptor is none; it is left as it is
     */
    static ServerChannel channelOver(int descriptor) throws IOException {
        try {
            Socket socket = new Socket(descriptor);
            int type = socket.getIntOpt(SOL_SOCKET, SO_TYPE);
            if (type != SOCK_STREAM) {
                throw new IOException(
                        type == SOCK_DGRAM ? "it is a datagram socket" : "it is no stream socket, but of type " + type);
            }
            if (!isListening(socket)) {
                throw new IOException("it is a socket that does not listen");
            }
            int family = socket.getIntOpt(SOL_SOCKET, SO_DOMAIN);
            return taken(
                    descriptor,
                    switch (family) {
                        case AF_UNIX -> new EpollServerDomainSocketChannel(descriptor, true);
                        case AF_INET, AF_INET6 -> new EpollServerSocketChannel(descriptor);
                        default ->
                            throw new IOException("it is neither a TCP nor a Unix socket, but of family " + family);
                    });
        } catch (IOException | ChannelException e) {
            throw new IOException("could not listen on descriptor " + descriptor + ": " + reasonOf(e), e);
        }
    }

    private static ServerChannel taken(int descriptor, ServerChannel channel) throws IOException {
        ServerChannel holder = TAKEN.merge(descriptor, channel, (held, fresh) -> held.isOpen() ? held : fresh);
        if (!holder.equals(channel)) {
            throw new IOException("another server of this program has it");
        }
        channel.closeFuture().addListener(closed -> giveUp(descriptor, channel));
        return channel;
    }

    /** Lets another channel take the descriptor. */
    static void giveUp(int descriptor, ServerChannel channel) {
        TAKEN.remove(descriptor, channel);
    }

    static boolean isListening(Socket socket) throws IOException {
        return socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) != 0;
    }

    /** Omits the name of Netty's call: "getsockname(...) failed: Bad file descriptor". */
    private static String reasonOf(Exception failure) {
        String reason = Reason.of(failure);
        int call = reason.indexOf("failed: ");
        return call < 0 ? reason : reason.substring(call + "failed: ".length());
    }
}
