package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.demos.RunOn;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A client of the server in memory, where nothing happens by itself: segments arrive exactly as they were sent. */
final class RespWire {
    final List<Throwable> reported = new ArrayList<>();

    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair;
    private final CompletableFuture<byte[]> everything;

    RespWire(int chunkBytes) {
        pair = MemoryStreams.pair(
                loop,
                StreamLimits.DEFAULT,
                MemoryOptions.DEFAULT.withChunks(chunkBytes).withCapacity(1 << 20));
        CommandTable commands = new CommandTable(new Keyspace(() -> 1_000_000));
        FailureReporter reporter = (connection, failure) -> reported.add(failure);
        pair.far()
                .serve(
                        RunOn.CALLBACKS.handler((reader, writer) -> new RespDialogue(reader, writer, commands)),
                        reporter);
        everything = pair.near().reader().readAll(Integer.MAX_VALUE);
        loop.runReady();
    }

    /** A segment, which the server has all of before the next one comes. */
    RespWire send(String segment) {
        pair.near().writer().write(segment.getBytes(ISO_8859_1));
        loop.runReady();
        return this;
    }

    /** Ends the input, if the server has not ended it all, and gives all replies. */
    String replies() {
        if (!pair.near().writer().isClosing()) {
            pair.near().writer().writeEof();
        }
        loop.runReady();
        return new String(everything.getNow(new byte[0]), ISO_8859_1);
    }

    /** Whether the server has ended the conversation by itself. */
    boolean isOver() {
        return everything.isDone();
    }
}
