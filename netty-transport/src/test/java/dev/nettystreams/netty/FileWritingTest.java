package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.IncompleteFileException;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** W8 over real sockets: zero copy where the channel has it, blocks elsewhere, and the same outcome. */
@ExtendWith(NoLeaks.class)
class FileWritingTest {
    private static final int BYTE_COUNT = 16 << 20;

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void makeFile() throws Exception {
        path = Files.write(directory.resolve("file"), Wire.pattern(BYTE_COUNT));
    }

    private FileChannel open() throws Exception {
        return FileChannel.open(path, StandardOpenOption.READ);
    }

    /** Notes which messages pass. */
    private static final class Watch extends ChannelDuplexHandler {
        final List<Object> seen = Collections.synchronizedList(new ArrayList<>());

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            seen.add(message);
            context.write(message, promise);
        }
    }

    /** A handler may not know files; the streams then send buffers through it. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void handlersBeforeTheStreams_seeBuffers(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = open()) {
            Wire.Pair pair = wire.pair(streams);
            Watch watch = new Watch();
            channelOf(pair.client()).pipeline().addFirst(watch);
            CompletableFuture<Long> sent = pair.client().writer().writeFile(file, 0, 300_000);
            assertThat(get(pair.server().reader().readExactly(300_000)))
                    .isEqualTo(Arrays.copyOf(Wire.pattern(BYTE_COUNT), 300_000));
            assertThat(get(sent)).isEqualTo(300_000);
            assertThat(watch.seen).isNotEmpty().noneMatch(each -> each instanceof FileRegion);
            pair.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void inClear_theKernelSendsTheFile_exceptOnIoUring(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = open()) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.client());
            boolean sendsFiles = get(CompletableFuture.supplyAsync(
                    () -> FilePiece.maySend(channel.pipeline().context(StreamChannelHandler.class), file),
                    channel.eventLoop()));
            assertThat(sendsFiles).isEqualTo(wire.backend() != IoBackend.IO_URING || wire.isUnix());
            pair.close();
        }
    }

    /** The one state in which pieces are queued: the peer does not read. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void whileThePeerDoesNotRead_drainWaits_andAbortEndsTheCall(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = open()) {
            Wire.Pair pair = wire.pair(streams);
            StreamWriter writer = pair.client().writer();
            CompletableFuture<Long> sent = writer.writeFile(file, 0, BYTE_COUNT);
            get(pair.server().reader().peek(1));
            assertThatThrownBy(() -> writer.write(new byte[0]))
                    .isInstanceOf(IllegalStateException.class)
                    .isNotInstanceOf(StreamClosedException.class)
                    .hasMessage("write() called during writeFile()");
            assertThatThrownBy(writer::writeEof).hasMessage("writeEof() called during writeFile()");
            assertThatThrownBy(() -> pair.client().detach()).hasMessage("detach() called during writeFile()");
            assertThatThrownBy(() -> writer.writeFile(file, 0, 1)).hasMessage("writeFile() called during writeFile()");
            CompletableFuture<Void> drained;
            do {
                drained = writer.drain();
                drained.handle((done, failure) -> null)
                        .completeOnTimeout(null, 100, TimeUnit.MILLISECONDS)
                        .get();
            } while (drained.isDone());
            assertThat(writer.pendingByteCount()).isBetween(1L, 1L << 20);
            assertThat(sent).isNotDone();
            writer.abort();
            assertThat(failureOf(sent)).isInstanceOf(StreamClosedException.class);
            assertThat(failureOf(drained)).isInstanceOf(StreamClosedException.class);
            pair.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void timeout_stopsTheFile_andWritesGoOn(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = open()) {
            Wire.Pair pair = wire.pair(streams);
            StreamWriter writer = pair.client().writer();
            AtomicLong progress = new AtomicLong();
            CompletableFuture<Long> sent =
                    writer.writeFile(file, 0, BYTE_COUNT, progress::set).orTimeout(50, TimeUnit.MILLISECONDS);
            assertThat(failureOf(sent)).isInstanceOf(TimeoutException.class);
            writer.write("end".getBytes(US_ASCII));
            writer.close();
            byte[] received = get(pair.server().reader().readAll(BYTE_COUNT));
            assertThat(received).hasSize((int) progress.get() + 3).endsWith('e', 'n', 'd');
            pair.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void unfitFiles_areRefused_andTheConnectionGoesOn(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel writeOnly = FileChannel.open(path, StandardOpenOption.WRITE)) {
            Wire.Pair pair = wire.pair(streams);
            StreamWriter writer = pair.client().writer();
            FileChannel closed = open();
            closed.close();
            assertThat(failureOf(writer.writeFile(closed, 0, 1)))
                    .isInstanceOf(IncompleteFileException.class)
                    .hasMessage("writeFile() sent 0 bytes: the file is closed");
            assertThat(failureOf(writer.writeFile(writeOnly, 0, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the file of writeFile() is not open for reading");
            assertThatThrownBy(() -> writer.writeFile(writeOnly, -1, 1)).hasMessage("position < 0: -1");
            assertThatThrownBy(() -> writer.writeFile(writeOnly, 0, -2)).hasMessage("byteCount < 0: -2");
            writer.write("on".getBytes(US_ASCII));
            assertThat(get(pair.server().reader().readExactly(2)))
                    .asString(US_ASCII)
                    .isEqualTo("on");
            pair.close();
        }
    }

    /** Closed between two pieces, or within one: never silence, and the words name the file. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void fileClosedMeanwhile_isToldAsTheReason(Wire wire) throws Exception {
        FileChannel file = open();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<Long> sent = pair.client().writer().writeFile(file, 0, BYTE_COUNT);
            get(pair.server().reader().peek(1));
            file.close();
            CompletableFuture<byte[]> rest = pair.server().reader().readAll(BYTE_COUNT);
            assertThat(failureOf(sent))
                    .isInstanceOfAny(IncompleteFileException.class, StreamBrokenException.class)
                    .hasMessageMatching(".*(the file is closed|the file of writeFile\\(\\) was closed while).*");
            pair.client().abort();
            rest.handle((bytes, failure) -> null).get(20, TimeUnit.SECONDS);
            pair.server().abort();
        }
    }

    /** The size was checked before: the piece is then cut by the kernel. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void fileThatShrinksWithinAPiece_isToldAsTheReason(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<Long> sent = pair.client().writer().writeFile(file, 0, BYTE_COUNT);
            CompletableFuture<Void> full = pair.client().writer().drain();
            get(pair.server().reader().peek(1));
            file.truncate(1);
            CompletableFuture<byte[]> rest = pair.server().reader().readAll(BYTE_COUNT);
            assertThat(failureOf(sent))
                    .isInstanceOfAny(IncompleteFileException.class, StreamBrokenException.class)
                    .hasMessageContaining("has shrunk to 1 bytes");
            pair.client().abort();
            rest.handle((bytes, failure) -> null).get(20, TimeUnit.SECONDS);
            full.handle((done, failure) -> null).get(20, TimeUnit.SECONDS);
            pair.server().abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.netty.support.Wire#all")
    void peerThatGoesAway_endsTheCall(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend());
                FileChannel file = open()) {
            Wire.Pair pair = wire.pair(streams);
            CompletableFuture<Long> sent = pair.client().writer().writeFile(file, 0, BYTE_COUNT);
            get(pair.server().reader().peek(1));
            pair.server().abort();
            assertThat(failureOf(sent)).isInstanceOf(StreamBrokenException.class);
            assertThat(file.isOpen()).isTrue();
            pair.client().abort();
        }
    }
}
