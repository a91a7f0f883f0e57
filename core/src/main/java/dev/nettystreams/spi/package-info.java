/**
 * Applications never need this package: it is what a transport and the streams over it say to each other.
 *
 * <p>{@link dev.nettystreams.spi.Transport} is called by the streams, {@link dev.nettystreams.spi.TransportEvents} by the
 * transport, both on the connection's {@link dev.nettystreams.spi.Loop} and neither from inside a call of the other.
 */
@NullMarked
package dev.nettystreams.spi;

import org.jspecify.annotations.NullMarked;
