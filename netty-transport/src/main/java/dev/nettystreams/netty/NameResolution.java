package dev.nettystreams.netty;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** From a host's name to the addresses to try, by the JDK's resolver. Blocks. */
final class NameResolution {
    private NameResolution() {}

    /** The addresses of a host, families taking turns, the resolver's first one first (RFC 8305 section 4). */
    static List<InetSocketAddress> toConnectTo(String host, int port) throws UnknownHostException {
        InetAddress[] found = InetAddress.getAllByName(host);
        Queue<InetAddress> sameFamily = new ArrayDeque<>();
        Queue<InetAddress> otherFamily = new ArrayDeque<>();
        boolean firstIsV6 = found[0] instanceof Inet6Address;
        for (InetAddress address : found) {
            (address instanceof Inet6Address == firstIsV6 ? sameFamily : otherFamily).add(address);
        }
        List<InetSocketAddress> order = new ArrayList<>(found.length);
        while (!sameFamily.isEmpty() || !otherFamily.isEmpty()) {
            for (Queue<InetAddress> family : List.of(sameFamily, otherFamily)) {
                InetAddress next = family.poll();
                if (next != null) {
                    order.add(new InetSocketAddress(next, port));
                }
            }
        }
        return order;
    }

    /** The addresses to listen on; an empty host means all interfaces, by one socket. */
    static List<InetSocketAddress> toListenOn(String host, int port) throws UnknownHostException {
        if (host.isEmpty()) {
            return List.of(new InetSocketAddress(port));
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            addresses.add(new InetSocketAddress(address, port));
        }
        return addresses;
    }
}
