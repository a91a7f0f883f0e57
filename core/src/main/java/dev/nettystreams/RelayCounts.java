package dev.nettystreams;

/**
 * The outcome of {@link StreamConnection#relay StreamConnection.relay}.
 *
 * @param fromClient the number of bytes that went from the client to the server
 * @param fromServer the number of bytes that went from the server to the client
 */
public record RelayCounts(long fromClient, long fromServer) {}
