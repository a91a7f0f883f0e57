package dev.nettystreams.testing;

import dev.nettystreams.StreamConnection;

/**
 * Two connections that are each other's peers.
 *
 * @param near the connection under check
 * @param far its peer
 */
public record StreamPair(StreamConnection near, StreamConnection far) {}
