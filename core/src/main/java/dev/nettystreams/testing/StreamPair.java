package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;

/**
 * Two connections, each the other's peer.
 *
 * @param near the one that a check is about
 * @param far its peer
 */
public record StreamPair(StreamConnection near, StreamConnection far) {}
