package dev.nettystreams.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a listening socket takes connections to, where the system gives it those of both families: NIO's at
 * {@code "::"}, those of io_uring and kqueue at {@code "0.0.0.0"}. Another socket for an address of the other family
 * would find its port in use, so this one listens for it, too.
 *
 * @param own the wildcard address that it is bound to
 * @param others addresses of the other family that are listened on
 */
record TakenAddresses(InetAddress own, List<InetAddress> others) {
    TakenAddresses {
        others = List.copyOf(others);
    }

    /** Whether a connection to an address of this machine is one of the server's. */
    boolean take(InetAddress local) {
        return own.getClass().isInstance(local)
                || others.stream().anyMatch(each -> each.isAnyLocalAddress() || each.equals(local));
    }

    /** As they were asked for. */
    Stream<SocketAddress> at(int port) {
        return Stream.concat(Stream.of(own), others.stream()).map(each -> new InetSocketAddress(each, port));
    }
}
