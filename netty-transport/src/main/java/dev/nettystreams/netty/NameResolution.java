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

/** Resolves host names to the addresses to try. */
final class NameResolution {
    private static final List<InetAddress> ALL_INTERFACES = List.of(literal("0.0.0.0"), literal("::"));

    private NameResolution() {}

    /** Returns whether the host is an address, which needs no lookup. */
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
     * Returns the addresses of a host that is not empty.
     *
     * @return completed at once if the host is an address
     */
    private static CompletableFuture<List<InetAddress>> addressesOf(String host, NameLookups lookups) {
        if (!isAddress(host)) {
            return lookups.lookUp(host);
        }
        try {
            return CompletableFuture.completedFuture(List.of(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) { // the JDK's message names only the zone of the IPv6 address
            UnknownHostException failure = new UnknownHostException(host + ": " + e.getMessage());
            failure.initCause(e);
            return CompletableFuture.failedFuture(failure);
        }
    }

    /**
     * Returns the addresses of a host, alternating between families, the resolver's first address first (RFC 8305,
     * section 4).
     */
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

    /** Returns the addresses of hosts to listen on, each once; an empty host means all interfaces, in both families. */
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
