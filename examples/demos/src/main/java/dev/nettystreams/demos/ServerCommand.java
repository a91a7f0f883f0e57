package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.ServerOptions;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.spi.LogLimit;
import dev.nettystreams.tls.TlsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
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

    /** After which a handler that notices nothing of the end of its connection is left to itself. */
    private static final int HANDLER_TIMEOUT_SECONDS = 6;

    private final int defaultPort;
    private volatile boolean isEnding;

    @Mixin
    private final ServerSettings settings = new ServerSettings();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private @Nullable TlsServer tls;

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
     * Whether TLS comes first, before the dialogue begins; otherwise the dialogue asks for it by {@code startTls} when its protocol does.
     *
     * @return true, unless overridden
     */
    protected boolean isTlsFirst() {
        return true;
    }

    /**
     * What {@code --tls-cert} and {@code --tls-key} make.
     *
     * @return the server's side of TLS, null for none
     */
    protected final @Nullable TlsServer tls() {
        return tls;
    }

    /**
     * Whether the process has been told to end: an end of input may be the server's own doing from then on.
     *
     * @return true from then on
     */
    protected final boolean isEnding() {
        return isEnding;
    }

    /**
     * A way out for options that make no sense.
     *
     * @param message what is wrong with them
     * @return to be thrown
     */
    protected final ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /**
     * Called once, before the first connection: the last word on the options, and what dialogues share.
     *
     * @param streams on whose loops the server runs
     * @throws Exception if the server cannot be started
     */
    protected void prepare(NettyStreams streams) throws Exception {}

    /**
     * How many file descriptors the server takes for each connection.
     *
     * @return one, unless overridden
     */
    protected int descriptorsPerConnection() {
        return 1;
    }

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
            throw misuse("--unix and --port exclude each other");
        }
        if (settings.maxConnections != null && settings.maxConnections < 1) {
            throw misuse("--max-connections < 1: " + settings.maxConnections);
        }
        tls = settings.tls(spec);
        try (NettyStreams streams =
                NettyStreams.create(settings.backendOrBest()).withLimits(limits())) {
            if (tls != null) {
                await(tls.prepare()); // files that cannot be used are told of now, not to each client
            }
            prepare(streams);
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
        int cap = settings.maxConnections != null
                ? settings.maxConnections
                : ConnectionCap.here(descriptorsPerConnection());
        ServerOptions plain =
                ServerOptions.DEFAULT.withBacklog(1024).withMaxConnections(cap).withReporter(this::report);
        ServerOptions options = tls != null && isTlsFirst() ? plain.withTls(tls) : plain;
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

    private final LogLimit reportLimit = new LogLimit(FailureReporter.LINES_PER_SECOND);

    /** Peers leave as they like, many by a reset: nothing that whoever runs a server could do anything about. */
    private void report(StreamConnection connection, Throwable failure) {
        if (failure instanceof StreamBrokenException
                && (failure.getCause() == null || failure.getCause() instanceof IOException)) {
            return;
        }
        boolean isCutOff = isEnding && failure instanceof StreamClosedException;
        reportLimit.write(
                System.err::println,
                () -> "netty-streams-demos: " + connection + ": "
                        + (isCutOff ? "cut off, for its peer did not take the rest in time" : OneLine.of(failure)));
    }

    /**
     * Ends the server, when the process is told to.
     *
     * @param server the server
     * @param timeout for what is being sent
     * @return completes when it has ended
     */
    protected CompletableFuture<Void> end(StreamServer server, Duration timeout) {
        return server.shutdown(timeout);
    }

    private void endWell(StreamServer server) {
        isEnding = true;
        int status = 0;
        try {
            await(end(server, SHUTDOWN_TIMEOUT).orTimeout(HANDLER_TIMEOUT_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            System.err.println("netty-streams-demos: the shutdown failed: a connection's handler does not end");
            status = 1;
        } catch (Exception e) {
            System.err.println("netty-streams-demos: the shutdown failed: " + OneLine.of(e));
            status = 1;
        }
        Runtime.getRuntime().halt(status);
    }
}
