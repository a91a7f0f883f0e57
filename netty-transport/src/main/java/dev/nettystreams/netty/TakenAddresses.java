package dev.nettystreams.netty;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * The addresses that a listening socket accepts connections for, if the system gives it connections of both families:
 * the sockets of NIO at {@code "::"}, and those of io_uring and kqueue at {@code "0.0.0.0"}. A second socket for an
 * address of the other family would find its port in use, so this one also listens for it.
 *
 * @param own the wildcard address that the socket is bound to
 * @param others the addresses of the other family that the server listens on
 */
record TakenAddresses(InetAddress own, List<InetAddress> others) {
    TakenAddresses {
        others = List.copyOf(others);
    }

    /** Returns whether the server accepts a connection to an address of this machine. */
    boolean take(InetAddress local) {
        return own.getClass().isInstance(local)
                || others.stream().anyMatch(each -> each.isAnyLocalAddress() || each.equals(local));
    }

    /** Returns the requested addresses with a port. */
    Stream<SocketAddress> at(int port) {
        return Stream.concat(Stream.of(own), others.stream()).map(each -> new InetSocketAddress(each, port));
    }
}
