/**
 * Streams over Netty channels.
 *
 * <p>{@link dev.nettystreams.netty.NettyStreams} opens connections and starts servers;
 * {@link dev.nettystreams.netty.StreamChannelHandler} adds streams to the end of a pipeline that the application
 * builds.
 */
@NullMarked
package dev.nettystreams.netty;

import org.jspecify.annotations.NullMarked;
