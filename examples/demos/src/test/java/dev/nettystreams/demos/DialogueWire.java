package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.FailureReporter;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** An in-memory client of the server, where nothing happens by itself: segments arrive exactly as sent. */
public final class DialogueWire {
    /** Straight-line code on the loop if this JVM supports it: this class then runs the loop and its threads. */
    private static final RunOn WAY = RunOn.LOOP.isAvailable() ? RunOn.LOOP : RunOn.CALLBACKS;

    private final List<Throwable> reported = new ArrayList<>();

    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair;
    private final CompletableFuture<byte[]> everything;

    /** Connects to a server with the given dialogues, over a wire that carries {@code chunkBytes} at once. */
    public DialogueWire(int chunkBytes, BiFunction<StreamReader, StreamWriter, Dialogue> dialogues) {
        pair = MemoryStreams.pair(
                loop,
                StreamLimits.DEFAULT,
                MemoryOptions.DEFAULT.withChunks(chunkBytes).withCapacity(1 << 20));
        FailureReporter reporter = (connection, failure) -> reported.add(failure);
        pair.far().serve(WAY.handler(dialogues), reporter);
        everything = pair.near().reader().readAll(Integer.MAX_VALUE);
        loop.runReady();
    }

    /** Sends a segment, which the server receives before the next one. */
    public DialogueWire send(String segment) {
        pair.near().writer().write(segment.getBytes(ISO_8859_1));
        loop.runReady();
        return this;
    }

    /** Ends the input, unless the server has ended the conversation, and returns all replies. */
    public String replies() {
        if (!pair.near().writer().isClosing()) {
            pair.near().writer().writeEof();
        }
        loop.runReady();
        return new String(everything.getNow(new byte[0]), ISO_8859_1);
    }

    /** Returns the reported failures. */
    public List<Throwable> reported() {
        return reported;
    }

    /** Returns whether the server has ended the conversation by itself. */
    public boolean isOver() {
        return everything.isDone();
    }
}
