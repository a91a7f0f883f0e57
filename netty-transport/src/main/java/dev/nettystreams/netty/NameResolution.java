package dev.nettystreams.netty;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;

/** From a host's name to the addresses to try, by the JDK's resolver. Blocks, save for a host that is an address. */
final class NameResolution {
    private NameResolution() {}

    /** Whether nobody has to be asked for the host's address: it is one. */
    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    /** The addresses of a host, families taking turns, the resolver's first one first (RFC 8305 section 4). */
    static List<InetSocketAddress> toConnectTo(String host, int port) throws UnknownHostException {
        return inTurns(List.of(InetAddress.getAllByName(host))).stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    static List<InetAddress> inTurns(List<InetAddress> found) {
        Queue<InetAddress> sameFamily = new ArrayDeque<>();
        Queue<InetAddress> otherFamily = new ArrayDeque<>();
        boolean firstIsV6 = found.get(0) instanceof Inet6Address;
        for (InetAddress address : found) {
            (address instanceof Inet6Address == firstIsV6 ? sameFamily : otherFamily).add(address);
        }
        List<InetAddress> order = new ArrayList<>(found.size());
        while (!sameFamily.isEmpty() || !otherFamily.isEmpty()) {
            for (Queue<InetAddress> family : List.of(sameFamily, otherFamily)) {
                InetAddress next = family.poll();
                if (next != null) {
                    order.add(next);
                }
            }
        }
        return order;
    }

    /** The addresses of hosts to listen on, each once; an empty host means all interfaces, by one socket. */
    static List<InetSocketAddress> toListenOn(List<String> hosts, int port) throws UnknownHostException {
        Set<InetSocketAddress> addresses = new LinkedHashSet<>();
        for (String host : hosts) {
            if (host.isEmpty()) {
                addresses.add(new InetSocketAddress(port));
                continue;
            }
            for (InetAddress address : InetAddress.getAllByName(host)) {
                addresses.add(new InetSocketAddress(address, port));
            }
        }
        return List.copyOf(addresses);
    }
}
