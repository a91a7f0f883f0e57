package dev.nettystreams.demos;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** Addresses as one types them into another program. */
final class Addresses {
    private Addresses() {}

    static String printable(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        boolean isV6 = address.getAddress() instanceof Inet6Address;
        return (isV6 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
