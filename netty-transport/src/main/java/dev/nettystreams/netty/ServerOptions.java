package dev.nettystreams.netty;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.TlsUpgrade;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of a server.
 *
 * @param backlog the number of connections that may wait to be accepted, one or more; the system may limit it further
 * @param maxConnections the maximum number of open connections, one or more; at that number the server stops accepting,
 *     and peers wait in the backlog
 * @param startServing true to accept connections at once, false to wait for {@link StreamServer#startServing}
 * @param unixPermissions the file permissions of a Unix socket, set before any peer can connect; null for the process's
 *     umask
 * @param reporter called for every handler and every handshake that fails
 * @param tls TLS from the first byte, before the handler runs; null for plaintext
 */
public record ServerOptions(
        int backlog,
        int maxConnections,
        boolean startServing,
        @Nullable Set<PosixFilePermission> unixPermissions,
        FailureReporter reporter,
        @Nullable TlsUpgrade tls) {
    /**
     * asyncio's backlog of 100; no limit on connections; accepts at once; permissions by umask; failures are logged;
     * plaintext.
     */
    public static final ServerOptions DEFAULT =
            new ServerOptions(100, Integer.MAX_VALUE, true, null, FailureReporter.LOGGING, null);

    /**
     * Checks the ranges and the reporter, and copies the permissions.
     *
     * @param backlog one or more
     * @param maxConnections one or more
     * @param startServing whether to accept connections at once
     * @param unixPermissions may be null
     * @param reporter must not block
     * @param tls may be null
     */
    public ServerOptions {
        if (backlog < 1) {
            throw new IllegalArgumentException("backlog < 1: " + backlog);
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections < 1: " + maxConnections);
        }
        Objects.requireNonNull(reporter, "reporter");
        if (unixPermissions != null) {
            unixPermissions = Set.copyOf(unixPermissions);
        }
    }

    /**
     * Returns these options with another backlog.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withBacklog(int connections) {
        return new ServerOptions(connections, maxConnections, startServing, unixPermissions, reporter, tls);
    }

    /**
     * Returns these options with another maximum number of open connections.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withMaxConnections(int connections) {
        return new ServerOptions(backlog, connections, startServing, unixPermissions, reporter, tls);
    }

    /**
     * Returns these options with another choice of when to accept connections.
     *
     * @param atOnce true to accept connections at once, false to wait for {@link StreamServer#startServing}
     * @return a copy
     */
    public ServerOptions withStartServing(boolean atOnce) {
        return new ServerOptions(backlog, maxConnections, atOnce, unixPermissions, reporter, tls);
    }

    /**
     * Returns these options with other file permissions for a Unix socket.
     *
     * @param permissions the permissions; write permission lets a user connect
     * @return a copy
     */
    public ServerOptions withUnixPermissions(Set<PosixFilePermission> permissions) {
        return new ServerOptions(backlog, maxConnections, startServing, permissions, reporter, tls);
    }

    /**
     * Returns these options with another reporter.
     *
     * @param failureReporter called for every handler and every handshake that fails
     * @return a copy
     */
    public ServerOptions withReporter(FailureReporter failureReporter) {
        return new ServerOptions(backlog, maxConnections, startServing, unixPermissions, failureReporter, tls);
    }

    /**
     * Returns these options with TLS from the first byte: the handler runs when the handshake is done. A failed
     * handshake is reported.
     *
     * @param upgrade the server side of TLS
     * @return a copy
     */
    public ServerOptions withTls(TlsUpgrade upgrade) {
        return new ServerOptions(backlog, maxConnections, startServing, unixPermissions, reporter, upgrade);
    }
}
