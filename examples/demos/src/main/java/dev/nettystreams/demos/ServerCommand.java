package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.tls.TlsServer;
import java.io.IOException;
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
    /** For what is being sent. All of it, with the cutting off and the end of the JVM, is to be over within 5 s. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofMillis(4500);

    private final int defaultPort;
    private volatile boolean isEnding;

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
        ServerOptions plain = ServerOptions.DEFAULT.withBacklog(1024).withReporter(this::report);
        TlsServer tls = settings.tls(spec);
        ServerOptions options = tls == null ? plain : plain.withTls(tls);
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

    /** Peers leave as they like, many by a reset: nothing that whoever runs a server could do anything about. */
    private void report(StreamConnection connection, Throwable failure) {
        if (failure instanceof StreamBrokenException
                && (failure.getCause() == null || failure.getCause() instanceof IOException)) {
            return;
        }
        boolean isCutOff = isEnding && failure instanceof StreamClosedException;
        System.err.println("netty-streams-demos: " + connection + ": "
                + (isCutOff ? "cut off, for its peer did not take the rest in time" : OneLine.of(failure)));
    }

    private void endWell(StreamServer server) {
        isEnding = true;
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
