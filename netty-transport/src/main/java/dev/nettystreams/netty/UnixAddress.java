package dev.nettystreams.netty;

import io.netty.channel.unix.DomainSocketAddress;

/** The address of a Unix socket for the native transports; prints the NUL of an abstract name as {@code @}. */
final class UnixAddress extends DomainSocketAddress {
    private static final long serialVersionUID = 1;

    UnixAddress(String name) {
        super(name);
    }

    @Override
    public String toString() {
        return UnixPath.printable(path());
    }
}
