/**
 * The contract between a transport and the streams above it. Applications do not need this package.
 *
 * <p>The streams call {@link dev.nettystreams.spi.Transport}, and the transport calls
 * {@link dev.nettystreams.spi.TransportEvents}. Both calls happen on the connection's
 * {@link dev.nettystreams.spi.Loop}, and neither happens inside a call of the other.
 */
@NullMarked
package dev.nettystreams.spi;

import org.jspecify.annotations.NullMarked;
