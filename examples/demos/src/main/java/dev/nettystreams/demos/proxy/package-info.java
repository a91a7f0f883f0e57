/** A proxy for streams: TCP or Unix sockets, plaintext or TLS, with or without the PROXY protocol, on either side. */
@NullMarked
package dev.nettystreams.demos.proxy;

import org.jspecify.annotations.NullMarked;
