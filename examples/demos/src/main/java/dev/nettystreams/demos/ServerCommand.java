package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A server on the command line: listens, says where, serves until it is told to end, and ends well.
 *
 * <p>SIGTERM and Ctrl-C are taken by a shutdown hook, which is the documented way on every platform ({@code sun.misc.Signal} is not).
 * It finishes what is being sent and then halts with status 0, since a JVM that merely ends by a signal reports 143, which supervisors
 * take for a crash. {@code Runtime.exit} cannot be called from a hook; {@code halt} can.
 */
public abstract class ServerCommand implements Callable<Integer> {
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

    private final int defaultPort;

    @Mixin
    private final ServerSettings settings = new ServerSettings();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /**
     * Makes a server.
     *
     * @param defaultPort where it listens unless told otherwise
     */
    protected ServerCommand(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /**
     * The protocol with one peer.
     *
     * @param reader what the peer sends
     * @param writer what the peer is sent
     * @return the server's side of it
     */
    protected abstract Dialogue dialogue(StreamReader reader, StreamWriter writer);

    /**
     * The bounds of each connection.
     *
     * @return asyncio's, unless overridden
     */
    protected StreamLimits limits() {
        return StreamLimits.DEFAULT;
    }

    @Override
    public Integer call() throws Exception {
        if (settings.unixPath != null && settings.port != null) {
            throw new ParameterException(spec.commandLine(), "--unix and --port exclude each other");
        }
        try (NettyStreams streams =
                NettyStreams.create(settings.backendOrBest()).withLimits(limits())) {
            StreamServer server = await(start(streams));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> endWell(server), "end-well"));
            server.addresses().forEach(address -> System.out.println("listening on " + printable(address)));
            System.out.flush();
            await(server.waitClosed());
            return 0;
        }
    }

    private CompletableFuture<StreamServer> start(NettyStreams streams) {
        var handler = settings.runOn.handler(this::dialogue);
        ServerOptions options = ServerOptions.DEFAULT.withBacklog(1024).withReporter(ServerCommand::report);
        if (settings.unixPath != null) {
            return streams.startUnixServer(handler, UnixPaths.parse(settings.unixPath), options);
        }
        return streams.startServer(
                handler, settings.host, settings.port != null ? settings.port : defaultPort, options);
    }

    private String printable(SocketAddress address) {
        if (settings.unixPath != null) {
            return "unix:" + settings.unixPath;
        }
        return address instanceof InetSocketAddress tcp ? Addresses.printable(tcp) : address.toString();
    }

    private static void report(StreamConnection connection, Throwable failure) {
        System.err.println("netty-streams-demos: " + connection + ": " + OneLine.of(failure));
    }

    private static void endWell(StreamServer server) {
        int status = 0;
        try {
            await(server.shutdown(SHUTDOWN_TIMEOUT));
        } catch (Exception e) {
            System.err.println("netty-streams-demos: the shutdown failed: " + OneLine.of(e));
            status = 1;
        }
        Runtime.getRuntime().halt(status);
    }
}
