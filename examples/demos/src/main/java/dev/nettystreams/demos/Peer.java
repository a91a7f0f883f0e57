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

/** The peer of a client: {@code --host HOST --port PORT} or {@code --unix PATH}. */
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
            description = "epoll, io_uring, kqueue or nio (default: the best one on this machine).")
    @Nullable
    IoBackend backend;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /**
     * Creates the options.
     *
     * @param defaultPort the default port
     */
    public Peer(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /**
     * Creates streams with one event loop.
     *
     * @return streams that the caller must close
     */
    public NettyStreams streams() {
        return NettyStreams.create(backend != null ? backend : IoBackend.best(), 1);
    }

    /**
     * Returns the name of the host, which its certificate must contain.
     *
     * @return the name as given; {@code localhost} for a Unix socket
     */
    public String host() {
        return unixPath != null ? "localhost" : host != null ? host : LOOPBACK;
    }

    /**
     * Returns whether the peer is a Unix socket.
     *
     * @return true with {@code --unix}
     */
    public boolean isUnix() {
        return unixPath != null;
    }

    /**
     * Connects.
     *
     * @param streams the streams to connect with
     * @return completes with the connection
     * @throws ParameterException if the options contradict each other
     */
    public CompletableFuture<StreamConnection> connect(NettyStreams streams) {
        String path = unixPath();
        return path != null ? streams.openUnixConnection(path) : streams.openConnection(host(), port());
    }

    /**
     * Connects, with TLS from the first byte.
     *
     * @param streams the streams to connect with
     * @param tls the client side of TLS
     * @return completes with the connection when the handshake is done
     * @throws ParameterException if the options contradict each other
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
            throw misuse("no server listens on port 0");
        }
        return chosen;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
