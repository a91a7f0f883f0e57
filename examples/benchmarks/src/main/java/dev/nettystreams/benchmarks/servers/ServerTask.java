package dev.nettystreams.benchmarks.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The work of one server process.
 *
 * @param mode the protocol
 * @param upstreamPort the port that a relay connects to; 0 for other modes
 * @param port the port to listen on, at 127.0.0.1
 * @param tls null for plaintext
 * @param loops the number of event loops, for servers of this program
 */
public record ServerTask(
        Mode mode, int upstreamPort, int port, @Nullable TlsFiles tls, int loops) {
    /**
     * A certificate in PEM files.
     *
     * @param chain the certificate
     * @param key its private key
     */
    public record TlsFiles(Path chain, Path key) {}

    /**
     * Creates a task for one event loop.
     *
     * @param mode the protocol
     * @param upstreamPort the port that a relay connects to; 0 for other modes
     * @param port the port to listen on, at 127.0.0.1
     * @param tls null for plaintext
     */
    public ServerTask(Mode mode, int upstreamPort, int port, @Nullable TlsFiles tls) {
        this(mode, upstreamPort, port, tls, 1);
    }

    /**
     * Returns the same task on another number of event loops.
     *
     * @param count the number of event loops
     * @return a copy
     */
    public ServerTask withLoops(int count) {
        return new ServerTask(mode, upstreamPort, port, tls, count);
    }

    /**
     * Returns the task as the arguments {@code MODE PORT [tls CERT KEY]}, where the mode of a relay is
     * {@code relay:UPSTREAM_PORT}.
     *
     * @return arguments for a server's command
     */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        arguments.add(mode == Mode.RELAY ? mode + ":" + upstreamPort : mode.toString());
        arguments.add(Integer.toString(port));
        if (tls != null) {
            arguments.addAll(List.of("tls", tls.chain().toString(), tls.key().toString()));
        }
        return arguments;
    }

    /**
     * Parses what {@link #arguments} returns.
     *
     * @param arguments {@code MODE PORT [tls CERT KEY]}
     * @return the task
     * @throws IllegalArgumentException if they do not have that form; its message names the argument
     */
    public static ServerTask parse(List<String> arguments) {
        if (arguments.size() != 2 && arguments.size() != 5) {
            throw new IllegalArgumentException("expected MODE PORT [tls CERT KEY]: " + String.join(" ", arguments));
        }
        String[] mode = arguments.get(0).split(":", 2);
        Mode parsed = null;
        for (Mode each : Mode.values()) {
            if (each.toString().equals(mode[0])) {
                parsed = each;
            }
        }
        if (parsed == null || (parsed == Mode.RELAY) != (mode.length == 2)) {
            throw new IllegalArgumentException(
                    "MODE is none of ping, echo, sink, source, http, relay:PORT: " + arguments.get(0));
        }
        TlsFiles tls = null;
        if (arguments.size() == 5) {
            if (!arguments.get(2).equals("tls")) {
                throw new IllegalArgumentException("expected tls: " + arguments.get(2));
            }
            tls = new TlsFiles(Path.of(arguments.get(3)), Path.of(arguments.get(4)));
        }
        return new ServerTask(parsed, parsed == Mode.RELAY ? port(mode[1]) : 0, port(arguments.get(1)), tls);
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new IllegalArgumentException("PORT is not a number from 1 to 65535: " + text);
    }
}
