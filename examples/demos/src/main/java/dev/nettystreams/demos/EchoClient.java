package dev.nettystreams.demos;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code echo-client}: standard input to the peer, the peer to standard output, as {@code nc -N} has it. Both directions at once, so that
 * neither a full pipe nor a slow peer holds up the other one. Ends at the peer's EOF.
 */
@Command(
        name = "echo-client",
        mixinStandardHelpOptions = true,
        description = "Sends standard input, prints what comes back, and ends at the peer's end of output.")
final class EchoClient implements Callable<Integer> {
    private static final int BUFFER_BYTES = 65536;

    @Mixin
    private final Peer peer = new Peer();

    @Override
    public Integer call() throws Exception {
        try (NettyStreams streams = peer.streams();
                StreamConnection connection = await(peer.connect(streams));
                OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            CompletableFuture<Void> localFailure = sendInBackground(connection);
            try {
                receive(connection.reader(), out);
            } catch (IOException e) {
                throw localFailure.isCompletedExceptionally() ? failureOf(localFailure, e) : e;
            }
            return 0;
        }
    }

    /** On a thread of its own: reading standard input blocks, for ever if need be. */
    private static CompletableFuture<Void> sendInBackground(StreamConnection connection) {
        CompletableFuture<Void> localFailure = new CompletableFuture<>();
        Thread sender = new Thread(
                () -> {
                    try (InputStream in = new FileInputStream(FileDescriptor.in)) {
                        send(in, connection.writer());
                    } catch (Exception e) {
                        localFailure.completeExceptionally(e);
                        connection.abort();
                    }
                },
                "standard-input");
        sender.setDaemon(true);
        sender.start();
        return localFailure;
    }

    private static void send(InputStream in, StreamWriter writer) throws Exception {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int byteCount; (byteCount = in.read(buffer)) >= 0; ) {
            writer.write(buffer, 0, byteCount);
            await(writer.drain());
        }
        writer.writeEof();
    }

    private static void receive(StreamReader reader, OutputStream out) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (await(reader.readInto(buffer)) >= 0) {
            out.write(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
    }

    /** What the sender met comes first: the receiver only sees that the connection is gone. */
    private static Exception failureOf(CompletableFuture<Void> failed, Exception otherwise) {
        try {
            failed.join();
            return otherwise;
        } catch (java.util.concurrent.CompletionException e) {
            return e.getCause() instanceof Exception cause ? cause : otherwise;
        }
    }
}
