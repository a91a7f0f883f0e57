/**
 * Streams over Netty channels.
 *
 * <p>{@link dev.nettystreams.netty.NettyStreams} opens connections and starts servers;
 * {@link dev.nettystreams.netty.StreamChannelHandler} puts streams at the end of a pipeline that somebody else made.
 */
@NullMarked
package dev.nettystreams.netty;

import org.jspecify.annotations.NullMarked;
