package dev.nettystreams.netty;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.TlsUpgrade;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a server listens.
 *
 * @param backlog how many connections may wait to be accepted, one or more; the system may take fewer
 * @param maxConnections how many connections may be open at once, one or more; at that number accepting pauses, and peers wait in the backlog
 * @param startServing whether to accept at once, or only when {@link StreamServer#startServing} is called
 * @param unixPermissions what a Unix socket's file may be used by, set before anybody can connect; null leaves it to the process's umask
 * @param reporter told of every handler that fails, and of every handshake
 * @param tls TLS from the first byte, before the handler runs; null for none
 */
public record ServerOptions(
        int backlog,
        int maxConnections,
        boolean startServing,
        @Nullable Set<PosixFilePermission> unixPermissions,
        FailureReporter reporter,
        @Nullable TlsUpgrade tls) {
    /** asyncio's backlog of 100; any number of connections; accepting at once; permissions by umask; failures are logged; in clear. */
    public static final ServerOptions DEFAULT =
            new ServerOptions(100, Integer.MAX_VALUE, true, null, FailureReporter.LOGGING, null);

    /**
     * Checks the ranges and that there is a reporter, and copies the permissions.
     *
     * @param backlog one or more
     * @param maxConnections one or more
     * @param startServing whether to accept at once
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
     * These options with another backlog.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withBacklog(int connections) {
        return new ServerOptions(connections, maxConnections, startServing, unixPermissions, reporter, tls);
    }

    /**
     * These options with another cap.
     *
     * @param connections one or more
     * @return a copy
     */
    public ServerOptions withMaxConnections(int connections) {
        return new ServerOptions(backlog, connections, startServing, unixPermissions, reporter, tls);
    }

    /**
     * These options with or without accepting at once.
     *
     * @param atOnce whether to
     * @return a copy
     */
    public ServerOptions withStartServing(boolean atOnce) {
        return new ServerOptions(backlog, maxConnections, atOnce, unixPermissions, reporter, tls);
    }

    /**
     * These options with other permissions for a Unix socket.
     *
     * @param permissions who may connect: those who may write
     * @return a copy
     */
    public ServerOptions withUnixPermissions(Set<PosixFilePermission> permissions) {
        return new ServerOptions(backlog, maxConnections, startServing, permissions, reporter, tls);
    }

    /**
     * These options with another reporter.
     *
     * @param failureReporter told of every handler that fails
     * @return a copy
     */
    public ServerOptions withReporter(FailureReporter failureReporter) {
        return new ServerOptions(backlog, maxConnections, startServing, unixPermissions, failureReporter, tls);
    }

    /**
     * These options with TLS from the first byte: the handler runs when the handshake is done. A handshake that fails is reported.
     *
     * @param upgrade a server's side of TLS
     * @return a copy
     */
    public ServerOptions withTls(TlsUpgrade upgrade) {
        return new ServerOptions(backlog, maxConnections, startServing, unixPermissions, reporter, upgrade);
    }
}
