package dev.nettystreams.demos;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.tls.TlsClient;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whom a client talks to: {@code --host HOST --port PORT} or {@code --unix PATH}. */
public final class Peer {
    private static final String LOOPBACK = "127.0.0.1";

    private final int defaultPort;

    @Option(names = "--host", paramLabel = "HOST", description = "A name or an address (default: " + LOOPBACK + ").")
    @Nullable
    String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The port (default: the one named above).")
    @Nullable
    Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "A Unix socket; @NAME is one of Linux's abstract names.")
    @Nullable
    String unixPath;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            converter = ServerSettings.BackendConverter.class,
            description = "epoll, io_uring, kqueue or nio (default: the best one here).")
    @Nullable
    IoBackend backend;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /**
     * Makes a peer.
     *
     * @param defaultPort the port unless told otherwise
     */
    public Peer(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /**
     * Makes what is to connect, with one loop.
     *
     * @return to be closed
     */
    public NettyStreams streams() {
        return NettyStreams.create(backend != null ? backend : IoBackend.best(), 1);
    }

    /**
     * The host's name, by which a certificate is verified.
     *
     * @return as it was given; {@code localhost} behind a Unix socket
     */
    public String host() {
        return unixPath != null ? "localhost" : host != null ? host : LOOPBACK;
    }

    /**
     * Whether it is behind a Unix socket.
     *
     * @return true with {@code --unix}
     */
    public boolean isUnix() {
        return unixPath != null;
    }

    /**
     * Connects.
     *
     * @param streams what connects
     * @return completes with the connection
     * @throws ParameterException if what was given makes no sense
     */
    public CompletableFuture<StreamConnection> connect(NettyStreams streams) {
        String path = unixPath();
        return path != null ? streams.openUnixConnection(path) : streams.openConnection(host(), port());
    }

    /**
     * Connects, with TLS from the first byte.
     *
     * @param streams what connects
     * @param tls on whose terms
     * @return completes with the connection when it is secured
     * @throws ParameterException if what was given makes no sense
     */
    public CompletableFuture<StreamConnection> connect(NettyStreams streams, TlsClient tls) {
        String path = unixPath();
        return path != null
                ? streams.openUnixConnection(path, tls.upgrade(host()))
                : streams.openConnection(host(), port(), tls);
    }

    private @Nullable String unixPath() {
        if (unixPath != null && (host != null || port != null)) {
            throw misuse("--unix and a host or port exclude each other");
        }
        return unixPath == null ? null : UnixPaths.parse(unixPath);
    }

    private int port() {
        int chosen = port != null ? port : defaultPort;
        if (chosen == 0) {
            throw misuse("nobody listens on port 0");
        }
        return chosen;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
