package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes connections over the streams of {@code java.io} and over descriptors. Any thread. */
final class BlockingStreams {
    private static final AtomicLong NUMBER = new AtomicLong();
    private static final AtomicBoolean ARE_STANDARD_STREAMS_TAKEN = new AtomicBoolean();

    private final Loops loops;
    private final NettyLoop loop;
    private final StreamLimits limits;

    /** On one of the loops, which all connections of this object share. */
    BlockingStreams(Loops loops, StreamLimits limits) {
        this.loops = loops;
        this.loop = new NettyLoop(loops.group.next());
        this.limits = limits;
    }

    NettyLoop loop() {
        return loop;
    }

    /** See {@link NettyStreams#overBlocking}. */
    StreamConnection over(InputStream in, OutputStream out) {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(out, "out");
        String name = "pair-" + NUMBER.incrementAndGet();
        return open(name, input(name, in, Release.CLOSE), output(name, out, Release.CLOSE));
    }

    StreamConnection reading(String name, InputStream in, Release release) {
        return open(name, input(name, in, release), null);
    }

    StreamConnection writing(String name, OutputStream out, Release release) {
        return open(name, null, output(name, out, release));
    }

    /** At EOF, and without an output. */
    StreamConnection nothing(String name) {
        return open(name, null, null);
    }

    /** See {@link NettyStreams#standardStreams}. */
    StreamConnection standard() {
        loops.requireOpen();
        if (!ARE_STANDARD_STREAMS_TAKEN.compareAndSet(false, true)) {
            throw new IllegalStateException("standardStreams() called twice in this process: the thread of the first"
                    + " call may be reading the next bytes of standard input");
        }
        return open(
                "standard streams",
                input("stdin", System.in, Release.LEAVE_OPEN),
                output("stdout", new StandardOutput(System.out), Release.LEAVE_OPEN));
    }

    private BlockingInput input(String name, InputStream in, Release release) {
        return new BlockingInput(loop, in, release, "read-" + name);
    }

    private BlockingOutput output(String name, OutputStream out, Release release) {
        return new BlockingOutput(loop, out, release, "write-" + name);
    }

    private StreamConnection open(String name, @Nullable BlockingInput input, @Nullable BlockingOutput output) {
        return loops.open(new BlockingTransport(loop, name, input, output), limits);
    }
}
