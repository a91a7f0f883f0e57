package dev.nettystreams.demos;

import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The options of every server. */
public final class ServerSettings {
    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "The name or address to listen on (default: ${DEFAULT-VALUE}).")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The port; 0 for a free one (default: the one named above).")
    @Nullable
    Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "Listen on a Unix socket instead; @NAME is one of Linux's abstract names.")
    @Nullable
    String unixPath;

    @Option(
            names = "--max-connections",
            paramLabel = "COUNT",
            description = {
                "The maximum number of open connections; others wait to be accepted. Default: the smaller of "
                        + ConnectionCap.MOST
                        + " and half of the free file descriptors; for the proxy, half of that; for exec-server, a"
                        + " quarter."
            })
    @Nullable
    Integer maxConnections;

    @Option(
            names = "--idle-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Close a connection that sends no request, or does not read an answer, for this time: 300ms,"
                    + " 30s, 5m (default: none).")
    @Nullable
    Duration idleTimeout;

    @Option(
            names = {"--proxy-protocol", "--accept-proxy"},
            description = "Accept clients only from a proxy that names them (PROXY protocol, versions 1 and 2).")
    boolean acceptsProxyHeader;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            converter = BackendConverter.class,
            description = "epoll, io_uring, kqueue or nio (default: the best one on this machine).")
    @Nullable
    IoBackend backend;

    @Option(
            names = "--run-on",
            paramLabel = "WAY",
            description = "The thread that runs the handler: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    RunOn runOn = RunOn.CALLBACKS;

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "Use TLS, with the certificate chain in this PEM file.")
    @Nullable
    Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's private key (PEM).")
    @Nullable
    Path tlsKey;

    /** Returns the server side of TLS, or null for plaintext. */
    @Nullable
    TlsServer tls(CommandSpec command) {
        if (tlsCertificate == null && tlsKey == null) {
            return null;
        }
        if (tlsCertificate == null || tlsKey == null) {
            throw new ParameterException(command.commandLine(), "--tls-cert and --tls-key need each other");
        }
        for (Path file : new Path[] {tlsCertificate, tlsKey}) {
            if (!Files.isReadable(file)) {
                throw new ParameterException(command.commandLine(), "cannot be read: " + file);
            }
        }
        return Tls.server(tlsCertificate, tlsKey);
    }

    IoBackend backendOrBest() {
        return backend != null ? backend : IoBackend.best();
    }

    /** Converts the name of a backend. */
    static final class BackendConverter implements ITypeConverter<IoBackend> {
        @Override
        public IoBackend convert(String name) {
            try {
                return IoBackend.parse(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(OneLine.of(e));
            }
        }
    }
}
