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
import java.util.concurrent.CompletableFuture;

/** From a host's name to the addresses to try. */
final class NameResolution {
    private static final List<InetAddress> ALL_INTERFACES = List.of(literal("0.0.0.0"), literal("::"));

    private NameResolution() {}

    /** Whether nobody has to be asked for the host's address: it is one. */
    static boolean isAddress(String host) {
        return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private static InetAddress literal(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * The addresses of a host that is not empty.
     *
     * @return done at once for an address
     */
    private static CompletableFuture<List<InetAddress>> addressesOf(String host, NameLookups lookups) {
        if (!isAddress(host)) {
            return lookups.lookUp(host);
        }
        try {
            return CompletableFuture.completedFuture(List.of(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) { // the zone of an IPv6 address, of which alone the JDK speaks
            UnknownHostException failure = new UnknownHostException(host + ": " + e.getMessage());
            failure.initCause(e);
            return CompletableFuture.failedFuture(failure);
        }
    }

    /** The addresses of a host, families taking turns, the resolver's first one first (RFC 8305 section 4). */
    static CompletableFuture<List<InetSocketAddress>> toConnectTo(String host, int port, NameLookups lookups) {
        return addressesOf(host, lookups)
                .thenApply(found -> inTurns(found).stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList());
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

    /** The addresses of hosts to listen on, each once; an empty host is all interfaces, of both families. */
    static CompletableFuture<List<InetSocketAddress>> toListenOn(List<String> hosts, int port, NameLookups lookups) {
        List<CompletableFuture<List<InetAddress>>> found = hosts.stream()
                .map(host ->
                        host.isEmpty() ? CompletableFuture.completedFuture(ALL_INTERFACES) : addressesOf(host, lookups))
                .toList();
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Set<InetSocketAddress> addresses = new LinkedHashSet<>();
            found.forEach(each -> each.join().forEach(address -> addresses.add(new InetSocketAddress(address, port))));
            return List.copyOf(addresses);
        });
    }
}
