package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import picocli.CommandLine;

/**
 * A server of the demos in the JVM of the test, for tests whose point is not the process: the options, the dialogue and
 * the orderly end are the command's own. {@link DemoProcess} has a process for each server. Servers that run at once
 * must be closed in the reverse order of their starts; the one that started last holds the errors of all.
 */
public final class DemoServer implements AutoCloseable {
    private final PrintStream formerErrors = System.err;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Logged logged = new Logged();
    private final ServerCommand command;
    private final NettyStreams streams;
    private final StreamServer server;

    /** Takes the log lines that the process would print. */
    private final class Logged extends Handler {
        @Override
        public void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.INFO.intValue()) {
                errors.writeBytes(new SimpleFormatter().format(logged).getBytes(UTF_8));
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private DemoServer(ServerCommand command) throws Exception {
        this.command = command;
        command.checkOptions();
        System.setErr(new PrintStream(errors, true, UTF_8));
        Logger.getLogger("").addHandler(logged);
        streams = command.streams();
        try {
            server = command.start(streams);
        } catch (Exception e) {
            streams.close();
            restore();
            throw e;
        }
    }

    /** Starts a command of the demos, as {@link DemoProcess#demo} does. */
    public static DemoServer demo(String... arguments) throws Exception {
        CommandLine.ParseResult parsed = Main.commandLine().parseArgs(arguments).subcommand();
        return new DemoServer((ServerCommand) parsed.commandSpec().userObject());
    }

    public int listeningPort() {
        return server.port();
    }

    /** Does what the process does on SIGTERM; returns the exit status. */
    public int terminate() {
        return command.endWell(server);
    }

    /** Returns standard error so far. */
    public String errors() {
        return errors.toString(UTF_8);
    }

    private void restore() {
        Logger.getLogger("").removeHandler(logged);
        System.setErr(formerErrors);
    }

    @Override
    public void close() {
        streams.close();
        restore();
    }
}
