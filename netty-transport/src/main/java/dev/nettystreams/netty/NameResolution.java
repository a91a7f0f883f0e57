package dev.nettystreams.netty;

import static java.util.stream.Collectors.joining;

import io.netty.util.NetUtil;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

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
     * section 4). Leaves out the addresses of a family that the options exclude.
     *
     * @return fails with {@link UnknownHostException} or {@link ConnectException} if no address is left
     */
    static CompletableFuture<List<InetSocketAddress>> toConnectTo(
            String host, int port, ConnectOptions options, NameLookups lookups) {
        return addressesOf(host, lookups)
                .thenApply(found -> inTurns(reachable(found, host, port, options)).stream()
                        .map(address -> new InetSocketAddress(address, port))
                        .toList());
    }

    private static List<InetAddress> reachable(List<InetAddress> found, String host, int port, ConnectOptions options) {
        List<InetAddress> wanted = ofFamily(options.family(), found, host);
        InetSocketAddress from = options.localAddress();
        if (from == null || from.getAddress().isAnyLocalAddress()) {
            return wanted;
        }
        StandardProtocolFamily family = familyOf(from.getAddress());
        List<InetAddress> same =
                wanted.stream().filter(each -> familyOf(each) == family).toList();
        if (same.isEmpty()) {
            throw new CompletionException(new ConnectException("could not connect to " + printable(host) + ":" + port
                    + ": the local address " + from.getAddress().getHostAddress() + " is of another family than "
                    + listed(wanted)));
        }
        return same;
    }

    private static List<InetAddress> ofFamily(
            @Nullable StandardProtocolFamily family, List<InetAddress> found, String host) {
        List<InetAddress> wanted = found.stream()
                .filter(each -> family == null || familyOf(each) == family)
                .toList();
        if (wanted.isEmpty()) {
            throw new CompletionException(new UnknownHostException(
                    host + " has no address of the family " + family + ", only " + listed(found)));
        }
        return wanted;
    }

    static StandardProtocolFamily familyOf(InetAddress address) {
        return address instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    }

    private static String listed(List<InetAddress> addresses) {
        return addresses.stream().map(InetAddress::getHostAddress).collect(joining(", "));
    }

    /** Returns a host as it is written before a port. */
    static String printable(String host) {
        return host.indexOf(':') < 0 || host.startsWith("[") ? host : "[" + host + "]";
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

    /**
     * Returns the addresses of hosts to listen on, each once; an empty host means all interfaces.
     *
     * @param family the family of the addresses, or null for both
     */
    static CompletableFuture<List<InetSocketAddress>> toListenOn(
            List<String> hosts, int port, @Nullable StandardProtocolFamily family, NameLookups lookups) {
        List<CompletableFuture<List<InetAddress>>> found = hosts.stream()
                .map(host -> host.isEmpty()
                        ? CompletableFuture.completedFuture(ofFamily(family, ALL_INTERFACES, "the empty host"))
                        : addressesOf(host, lookups).thenApply(all -> ofFamily(family, all, host)))
                .toList();
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(done -> {
            Set<InetSocketAddress> addresses = new LinkedHashSet<>();
            found.forEach(each -> each.join().forEach(address -> addresses.add(new InetSocketAddress(address, port))));
            return List.copyOf(addresses);
        });
    }
}
