package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Frames of a length in four bytes and as many bytes of payload. */
public final class FrameServer {
    /** The length is the peer's word: without a limit, four bytes would make this process allocate 2 GiB. */
    private static final int MAX_FRAME_BYTES = 1 << 20;

    private FrameServer() {}

    /** Returns the next frame, or null at EOF between two frames. */
    static byte[] readFrame(StreamReader reader) throws Exception {
        long length;
        try {
            length = await(reader.numbers(BIG_ENDIAN).readUnsignedInt());
        } catch (IncompleteReadException e) {
            if (e.partial().length == 0) {
                return null;
            }
            throw e;
        }
        if (length > MAX_FRAME_BYTES) {
            throw new IOException("the frame's length > " + MAX_FRAME_BYTES + ": " + length);
        }
        return await(reader.readExactly((int) length));
    }

    static void writeFrame(StreamWriter writer, byte[] payload) throws Exception {
        writer.numbers(BIG_ENDIAN).writeInt(payload.length);
        writer.write(payload); // both leave in one segment, when the drain waits or the turn ends
        await(writer.drain());
    }

    private static void serve(StreamReader reader, StreamWriter writer) throws Exception {
        for (byte[] frame; (frame = readFrame(reader)) != null; ) {
            writeFrame(writer, new String(frame, UTF_8).toUpperCase(Locale.ROOT).getBytes(UTF_8));
        }
    }

    /** Starts the server. */
    public static CompletableFuture<StreamServer> start(NettyStreams streams, int port) {
        return streams.startServer(FrameServer::serve, "127.0.0.1", port);
    }

    /** Serves until the process ends. */
    public static void main(String[] arguments) throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            await(await(start(streams, 7001)).serveForever());
        }
    }
}
