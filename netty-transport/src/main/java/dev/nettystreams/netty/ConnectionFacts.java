package dev.nettystreams.netty;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a connection, under asyncio's names. They are taken once, when the connection begins: a closed socket
 * no longer knows its addresses, and its log line would name no peer.
 *
 * @param peername the peer's address; null if the system does not know it, as over NIO for a peer that was gone before
 *     it was accepted
 * @param sockname this side's address
 * @param peercred the credentials of a Unix socket's peer; null for other sockets
 */
record ConnectionFacts(
        @Nullable SocketAddress peername,
        @Nullable SocketAddress sockname,
        @Nullable UnixCredentials peercred) {
    /** Returns a fact by asyncio's name for it; null if there is none of that name. */
    @Nullable
    Object named(String name) {
        return switch (name) {
            case "peername" -> peername;
            case "sockname" -> sockname;
            case "peercred" -> peercred;
            default -> null;
        };
    }

    static ConnectionFacts of(Channel channel) {
        SocketAddress published = channel.hasAttr(StreamChannelHandler.SOCKNAME)
                ? channel.attr(StreamChannelHandler.SOCKNAME).get()
                : null;
        SocketAddress local = withZone(channel.localAddress());
        return new ConnectionFacts(
                withZoneOf(local, withZone(channel.remoteAddress())),
                published == null ? local : published,
                PeerCredentialsLookup.of(channel));
    }

    /**
     * Adds the zone to the address of a peer that this side connected to: native transports have the host's text and
     * the bytes, without a number for the zone. Both ends of a connection between link-local addresses are in one zone.
     */
    static @Nullable SocketAddress withZoneOf(@Nullable SocketAddress local, @Nullable SocketAddress peer) {
        if (peer instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet6Address host
                && host.isLinkLocalAddress()
                && host.getScopeId() == 0
                && local instanceof InetSocketAddress near
                && near.getAddress() instanceof Inet6Address here
                && here.isLinkLocalAddress()
                && here.getScopeId() > 0) {
            try {
                NetworkInterface zone = here.getScopedInterface();
                Inet6Address whole = zone == null
                        ? Inet6Address.getByAddress(null, host.getAddress(), here.getScopeId())
                        : Inet6Address.getByAddress(null, host.getAddress(), zone);
                return new InetSocketAddress(whole, inet.getPort());
            } catch (IOException e) {
                return peer; // the interface no longer has the address
            }
        }
        return peer;
    }

    /**
     * Restores the name of a link-local address's zone: native transports build the address from the kernel's bytes,
     * which contain the zone as a number.
     */
    static @Nullable SocketAddress withZone(@Nullable SocketAddress address) {
        if (address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet6Address host
                && host.getScopeId() > 0
                && host.getScopedInterface() == null) {
            try {
                NetworkInterface zone = NetworkInterface.getByIndex(host.getScopeId());
                if (zone != null) {
                    return new InetSocketAddress(
                            Inet6Address.getByAddress(null, host.getAddress(), zone), inet.getPort());
                }
            } catch (IOException e) {
                return address; // the interface is gone: only the number is known
            }
        }
        return address;
    }
}
