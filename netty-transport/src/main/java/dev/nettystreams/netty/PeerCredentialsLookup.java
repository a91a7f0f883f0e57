package dev.nettystreams.netty;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.kqueue.KQueueDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Asks the kernel for the credentials of the peer of a Unix socket. */
final class PeerCredentialsLookup {
    private PeerCredentialsLookup() {}

    /** Returns null unless the channel is an open Unix socket of a native backend. */
    static @Nullable UnixCredentials of(Channel channel) {
        try {
            String backend = channel.getClass().getSimpleName();
            PeerCredentials found = switch (backend) {
                case "EpollDomainSocketChannel" -> ((EpollDomainSocketChannel) channel).peerCredentials();
                case "KQueueDomainSocketChannel" -> ((KQueueDomainSocketChannel) channel).peerCredentials();
                default -> null;
            };
            return found == null
                    ? null
                    : new UnixCredentials(
                            found.pid(),
                            found.uid(),
                            Arrays.stream(found.gids()).boxed().toList());
        } catch (IOException e) {
            return null; // closed meanwhile
        }
    }
}
