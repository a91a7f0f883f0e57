package dev.nettystreams.demos;

import dev.nettystreams.netty.IoBackend;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that every server takes. */
public final class ServerSettings {
    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Where to listen: a name or an address (default: ${DEFAULT-VALUE}).")
    String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The port; 0 for one that the system picks (default: the one named above).")
    @Nullable
    Integer port;

    @Option(
            names = "--unix",
            paramLabel = "PATH",
            description = "Listen on a Unix socket instead; @NAME is one of Linux's abstract names.")
    @Nullable
    String unixPath;

    @Option(
            names = "--backend",
            paramLabel = "BACKEND",
            converter = BackendConverter.class,
            description = "epoll, io_uring, kqueue or nio (default: the best one here).")
    @Nullable
    IoBackend backend;

    @Option(
            names = "--run-on",
            paramLabel = "WAY",
            description = "How the handler runs: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    RunOn runOn = RunOn.CALLBACKS;

    IoBackend backendOrBest() {
        return backend != null ? backend : IoBackend.best();
    }

    /** A backend by its name. */
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
