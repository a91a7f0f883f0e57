package dev.nettystreams.demos;

import java.net.Inet6Address;
import java.net.InetSocketAddress;

/** Formats addresses in the form that other programs accept. */
public final class Addresses {
    private Addresses() {}

    /**
     * Formats an address.
     *
     * @param address a resolved address
     * @return {@code 127.0.0.1:80} or {@code [::1]:80}
     */
    public static String printable(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        boolean isV6 = address.getAddress() instanceof Inet6Address;
        return (isV6 ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
