package dev.nettystreams.demos;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Whom a client talks to: {@code HOST PORT}, {@code --host HOST --port PORT} or {@code --unix PATH}. */
final class Peer {
    @Parameters(index = "0", arity = "0..1", paramLabel = "HOST", description = "The same as --host.")
    @Nullable
    String positionalHost;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The same as --port.")
    @Nullable
    Integer positionalPort;

    @Option(names = "--host", paramLabel = "HOST", description = "A name or an address (default: 127.0.0.1).")
    @Nullable
    String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The port (default: " + EchoServer.PORT + ").")
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

    NettyStreams streams() {
        return NettyStreams.create(backend != null ? backend : IoBackend.best(), 1);
    }

    CompletableFuture<StreamConnection> connect(NettyStreams streams) {
        boolean hasTcpAddress = host != null || port != null || positionalHost != null;
        if (unixPath != null) {
            if (hasTcpAddress) {
                throw misuse("--unix and a host or port exclude each other");
            }
            return streams.openUnixConnection(UnixPaths.parse(unixPath));
        }
        if ((host != null && positionalHost != null) || (port != null && positionalPort != null)) {
            throw misuse("the host or the port is given twice");
        }
        int chosenPort = firstOf(port, positionalPort, EchoServer.PORT);
        if (chosenPort == 0) {
            throw misuse("nobody listens on port 0");
        }
        return streams.openConnection(firstOf(host, positionalHost, "127.0.0.1"), chosenPort);
    }

    private static <T> T firstOf(@Nullable T first, @Nullable T second, T otherwise) {
        return first != null ? first : second != null ? second : otherwise;
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
