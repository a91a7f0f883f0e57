package dev.nettystreams.demos;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** Addresses as one types them into another program. */
public final class Addresses {
    private Addresses() {}

    /**
     * Says where.
     *
     * @param address a resolved one
     * @return {@code 127.0.0.1:80} or {@code [::1]:80}
     */
    public static String printable(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        boolean isV6 = address.getAddress() instanceof Inet6Address;
        return (isV6 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
