package dev.nettystreams.netty.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamPair;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Pairs of connections over streams that block: two one-way wires of one kind. */
public enum BlockingPairs implements Supplier<BlockingPairs.OneWay> {
    /** {@code PipedInputStream} and {@code PipedOutputStream}. */
    PIPED_STREAMS {
        @Override
        OneWay open() throws IOException {
            PipedInputStream in = new PipedInputStream(65536);
            return new OneWay(in, new PipedOutputStream(in));
        }
    },
    /** The system's pipes. */
    PIPES {
        @Override
        OneWay open() throws IOException {
            Pipe pipe = Pipe.open();
            return new OneWay(Channels.newInputStream(pipe.source()), Channels.newOutputStream(pipe.sink()));
        }
    },
    /** A child process that copies its input to its output. */
    CAT {
        @Override
        OneWay open() throws IOException {
            Process cat = new ProcessBuilder("cat").start();
            return new OneWay(cat.getInputStream(), cat.getOutputStream());
        }
    },
    /** Named pipes. */
    FIFOS {
        @Override
        OneWay open() throws Exception {
            Path path = newFifo();
            CompletableFuture<FileChannel> writing = CompletableFuture.supplyAsync(
                    () -> channel(path, StandardOpenOption.WRITE), task -> new Thread(task).start());
            InputStream in = Channels.newInputStream(channel(path, StandardOpenOption.READ));
            OutputStream out = Channels.newOutputStream(writing.get(20, TimeUnit.SECONDS));
            Files.delete(path);
            return new OneWay(in, out);
        }
    };

    /** One direction. */
    public record OneWay(InputStream in, OutputStream out) {}

    abstract OneWay open() throws Exception;

    @Override
    public OneWay get() {
        try {
            return open();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** The kinds that this machine has; the others are named on standard output. */
    public static Stream<BlockingPairs> all() {
        return Stream.of(values()).filter(BlockingPairs::isAvailable);
    }

    private boolean isAvailable() {
        String program = this == CAT ? "cat" : this == FIFOS ? "mkfifo" : null;
        if (program == null || Programs.isThere(program)) {
            return true;
        }
        System.out.println("skipped: there is no " + program + " on this machine");
        return false;
    }

    /** Makes a named pipe in a directory of its own. */
    public static Path newFifo() throws Exception {
        Path directory = Files.createTempDirectory("ns");
        directory.toFile().deleteOnExit();
        Path path = directory.resolve("fifo");
        Process making =
                new ProcessBuilder("mkfifo", path.toString()).inheritIO().start();
        assertThat(making.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(making.exitValue()).isZero();
        path.toFile().deleteOnExit();
        return path;
    }

    static FileChannel channel(Path path, StandardOpenOption option) {
        try {
            return FileChannel.open(path, option);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns this kind for the conformance suite. */
    public PairSource source(Supplier<NettyStreams> streams) {
        return new PairSource() {
            @Override
            public StreamPair connect(StreamLimits limits) {
                OneWay there = get();
                OneWay back = get();
                NettyStreams with = streams.get().withLimits(limits);
                StreamConnection near = with.overBlocking(back.in(), there.out());
                return new StreamPair(near, with.overBlocking(there.in(), back.out()));
            }

            @Override
            public boolean signalsAbort() {
                return false; // a pipe has no reset
            }
        };
    }
}
