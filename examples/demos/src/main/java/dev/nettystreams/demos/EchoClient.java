package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.netty.NettyStreams;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code echo-client}: copies standard input to the peer, and the peer's bytes to standard output, as {@code nc -N}
 * does. Both directions run at once, so that neither a full pipe nor a slow peer holds up the other one. Ends at the
 * peer's EOF, after sending the input read until then.
 *
 * <p>Standard input and output are never closed. If the caller has closed them already, their descriptors belong to
 * files of the JVM, which would crash without them.
 */
@Command(
        name = "echo-client",
        mixinStandardHelpOptions = true,
        description = {
            "Sends standard input, prints what comes back, and ends at the peer's end of output.",
            "Talks to port " + EchoServer.PORT + " by default."
        })
final class EchoClient implements Callable<Integer> {
    private static final int BUFFER_BYTES = 65536;

    @Mixin
    private final Peer peer = new Peer(EchoServer.PORT);

    @Parameters(index = "0", arity = "0..1", paramLabel = "HOST", description = "The same as --host.")
    @Nullable
    private String host;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PORT",
            converter = PortConverter.class,
            description = "The same as --port.")
    @Nullable
    private Integer port;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /** Set if standard input cannot be read; the connection is then aborted. */
    private final AtomicReference<@Nullable IOException> unreadable = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        takePositional();
        try (NettyStreams streams = peer.streams();
                StreamConnection connection = await(peer.connect(streams))) {
            sendInBackground(connection);
            receive(connection.reader(), new FileOutputStream(FileDescriptor.out));
            return 0;
        } catch (StreamClosedException aborted) {
            IOException reason = unreadable.get();
            throw reason != null ? reason : aborted;
        }
    }

    /** Accepts positional arguments as {@code nc} does. */
    private void takePositional() {
        if ((host != null && peer.host != null) || (port != null && peer.port != null)) {
            throw new ParameterException(command.commandLine(), "the host or the port is given twice");
        }
        peer.host = host != null ? host : peer.host;
        peer.port = port != null ? port : peer.port;
    }

    /** Runs on a thread of its own, because reads from standard input block, possibly for ever. */
    private void sendInBackground(StreamConnection connection) {
        Thread sender = new Thread(() -> send(new FileInputStream(FileDescriptor.in), connection), "standard-input");
        sender.setDaemon(true);
        sender.start();
    }

    private void send(InputStream in, StreamConnection connection) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            for (int byteCount; (byteCount = read(in, buffer, connection)) >= 0; ) {
                connection.writer().write(buffer, 0, byteCount);
                await(connection.writer().drain());
            }
            connection.writer().writeEof();
        } catch (Exception lost) {
            return; // the receiver sees and reports the end of the connection
        }
    }

    private int read(InputStream in, byte[] buffer, StreamConnection connection) throws IOException {
        try {
            return in.read(buffer);
        } catch (IOException e) {
            unreadable.set(new IOException("could not read standard input: " + OneLine.of(e), e));
            connection.abort();
            throw e;
        }
    }

    private static void receive(StreamReader reader, OutputStream out) throws Exception {
        byte[] bytes = new byte[BUFFER_BYTES];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (await(reader.readInto(buffer)) >= 0) {
            write(bytes, buffer.position(), out);
            buffer.clear();
        }
    }

    private static void write(byte[] bytes, int byteCount, OutputStream out) throws IOException {
        try {
            out.write(bytes, 0, byteCount);
        } catch (IOException e) {
            throw new IOException("could not write to standard output: " + OneLine.of(e), e);
        }
    }
}
