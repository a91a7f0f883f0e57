package dev.nettystreams.netty;

import io.netty.channel.unix.DomainSocketAddress;

/** A Unix socket's address for the native transports that prints an abstract name's NUL as {@code @}. */
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
