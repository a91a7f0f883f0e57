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
import picocli.CommandLine.TypeConversionException;

/**
 * A server on the command line: listens, prints its addresses, serves until it is told to end, and ends in good order.
 *
 * <p>A shutdown hook handles SIGTERM and Ctrl-C, which is the documented way on every platform ({@code sun.misc.Signal}
 * is not). The hook finishes the answers in progress and then halts with status 0: a JVM that merely ends by a signal
 * reports 143, which supervisors take for a crash. A hook cannot call {@code Runtime.exit}, but it can call
 * {@code halt}.
 */
public abstract class ServerCommand implements Callable<Integer> {
    /** The time for answers in progress. All of it, with the aborts and the end of the JVM, must take less than 5 s. */
    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofMillis(4500);

    /** A handler that ignores the end of its connection is abandoned after this time. */
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
     * Creates a server.
     *
     * @param defaultPort the default port to listen on
     */
    protected ServerCommand(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /**
     * Creates the dialogue with one peer.
     *
     * @param reader the bytes that the peer sends
     * @param writer takes the bytes for the peer
     * @return the server side of the protocol
     */
    protected abstract Dialogue dialogue(StreamReader reader, StreamWriter writer);

    /**
     * Creates the dialogue with one peer that may be the client of a proxy.
     *
     * @param reader the bytes that the peer sends
     * @param writer takes the bytes for the peer
     * @param client the addresses of the client, which differ from the connection's behind a proxy
     * @return the server side of the protocol
     */
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer, ProxyHeader client) {
        return dialogue(reader, writer);
    }

    /**
     * Returns the time after which a silent connection is closed.
     *
     * @return null for no limit
     */
    protected final @Nullable Duration idleTimeout() {
        return settings.idleTimeout;
    }

    /**
     * Returns whether TLS starts before the dialogue; otherwise the dialogue calls {@code startTls} when its protocol
     * asks for it.
     *
     * @return true, unless overridden
     */
    protected boolean isTlsFirst() {
        return true;
    }

    /**
     * Returns the server side of TLS from {@code --tls-cert} and {@code --tls-key}.
     *
     * @return null for plaintext
     */
    protected final @Nullable TlsServer tls() {
        return tls;
    }

    /**
     * Returns whether the process has been told to end: from then on the server itself may have caused an end of input.
     *
     * @return true from then on
     */
    protected final boolean isEnding() {
        return isEnding;
    }

    /**
     * Creates an exception for options that contradict each other.
     *
     * @param message what is wrong with them
     * @return the exception to throw
     */
    protected final ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /**
     * Called once, before the first connection, to check the options and to create the state that dialogues share.
     *
     * @param streams the streams that the server runs on
     * @throws Exception if the server cannot be started
     */
    protected void prepare(NettyStreams streams) throws Exception {}

    /**
     * Returns the port, for commands that take it as an argument, too.
     *
     * @return the port as typed, or null, as unless overridden
     */
    protected @Nullable String portArgument() {
        return null;
    }

    /**
     * Returns the number of file descriptors that the server needs per connection.
     *
     * @return one, unless overridden
     */
    protected int descriptorsPerConnection() {
        return 1;
    }

    /**
     * Returns the limits of each connection.
     *
     * @return asyncio's limits, unless overridden
     */
    protected StreamLimits limits() {
        return StreamLimits.DEFAULT;
    }

    @Override
    public Integer call() throws Exception {
        checkOptions();
        StandardError errors = StandardError.replaced();
        try (NettyStreams streams = streams()) {
            StreamServer server = start(streams);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> endProcess(server, errors), "end-well"));
            server.addresses().forEach(address -> System.out.println("listening on " + printable(address)));
            System.out.flush();
            await(server.waitClosed());
            return 0;
        } finally {
            if (!isEnding) {
                errors.close(); // the server does not start, and the command line tells why
            }
        }
    }

    final void checkOptions() {
        String port = portArgument();
        if (port != null && settings.port != null) {
            throw misuse("the port is given twice");
        }
        if (port != null) {
            settings.port = portOf(port);
        }
        if (settings.unixPath != null && settings.port != null) {
            throw misuse("--unix and --port exclude each other");
        }
        if (settings.maxConnections != null && settings.maxConnections < 1) {
            throw misuse("--max-connections < 1: " + settings.maxConnections);
        }
        tls = settings.tls(spec);
    }

    final NettyStreams streams() {
        return NettyStreams.create(settings.backendOrBest()).withLimits(limits());
    }

    /** Starts the server, once the options are checked. */
    final StreamServer start(NettyStreams streams) throws Exception {
        if (tls != null) {
            await(tls.prepare()); // reports unusable files now, and not to each client
        }
        prepare(streams);
        return await(listen(streams));
    }

    private int portOf(String text) {
        try {
            return new PortConverter().convert(text);
        } catch (TypeConversionException e) {
            throw misuse("PORT: " + e.getMessage());
        }
    }

    private CompletableFuture<StreamServer> listen(NettyStreams streams) {
        var handler = settings.runOn.handler(this::wholeDialogue);
        int cap = settings.maxConnections != null
                ? settings.maxConnections
                : ConnectionCap.here(descriptorsPerConnection());
        ServerOptions plain =
                ServerOptions.DEFAULT.withBacklog(1024).withMaxConnections(cap).withReporter(this::report);
        boolean isTlsAtOnce = isTlsFirst() && !settings.acceptsProxyHeader; // otherwise behind the PROXY header
        ServerOptions options = tls != null && isTlsAtOnce ? plain.withTls(tls) : plain;
        if (settings.unixPath != null) {
            return streams.startUnixServer(handler, UnixPaths.parse(settings.unixPath), options);
        }
        return streams.startServer(
                handler, settings.host, settings.port != null ? settings.port : defaultPort, options);
    }

    private Dialogue wholeDialogue(StreamReader reader, StreamWriter writer) {
        Dialogue dialogue = settings.acceptsProxyHeader
                ? new BehindProxy(reader, writer, isTlsFirst() ? tls : null, client -> dialogue(reader, writer, client))
                : dialogue(reader, writer, ProxyHeader.of(writer));
        return settings.idleTimeout == null ? dialogue : new IdleLimit(dialogue, settings.idleTimeout);
    }

    private String printable(SocketAddress address) {
        if (settings.unixPath != null) {
            return "unix:" + settings.unixPath;
        }
        return address instanceof InetSocketAddress tcp ? Addresses.printable(tcp) : address.toString();
    }

    private final LogLimit reportLimit = new LogLimit(FailureReporter.LINES_PER_SECOND);

    /**
     * Ignores network failures: peers leave at any time, many with a reset, and the operator of a server can do nothing
     * about it.
     */
    private void report(StreamConnection connection, Throwable failure) {
        if (failure instanceof StreamBrokenException
                && (failure.getCause() == null || failure.getCause() instanceof IOException)) {
            return;
        }
        boolean isCutOff = isEnding && failure instanceof StreamClosedException;
        reportLimit.write(
                System.err::println,
                () -> "netty-streams-demos: " + connection + ": "
                        + (isCutOff
                                ? "aborted: the peer did not read the remaining data in time"
                                : OneLine.of(failure)));
    }

    /**
     * Ends the server when the process is told to end.
     *
     * @param server the server
     * @param timeout the time for answers in progress
     * @return completes when the server has ended
     */
    protected CompletableFuture<Void> end(StreamServer server, Duration timeout) {
        return server.shutdown(timeout);
    }

    private void endProcess(StreamServer server, StandardError errors) {
        int status = endWell(server);
        errors.close();
        Runtime.getRuntime().halt(status);
    }

    /** Ends the server in good order; returns the status of the process. */
    final int endWell(StreamServer server) {
        isEnding = true;
        try {
            await(end(server, SHUTDOWN_TIMEOUT).orTimeout(HANDLER_TIMEOUT_SECONDS, TimeUnit.SECONDS));
            return 0;
        } catch (TimeoutException e) {
            System.err.println("netty-streams-demos: the shutdown failed: a connection's handler does not end");
            return 1;
        } catch (Exception e) {
            System.err.println("netty-streams-demos: the shutdown failed: " + OneLine.of(e));
            return 1;
        }
    }
}
