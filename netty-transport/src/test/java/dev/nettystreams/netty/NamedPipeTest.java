package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.netty.support.BlockingPairs;
import dev.nettystreams.netty.support.BlockingThreadCount;
import dev.nettystreams.netty.support.Programs;
import dev.nettystreams.netty.support.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class NamedPipeTest {
    @RegisterExtension
    static final BlockingThreadCount THREADS = new BlockingThreadCount();

    private final NettyStreams streams = NettyStreams.create(IoBackend.NIO, 1);
    private Path path = Path.of("");

    @BeforeEach
    void makePipe() throws Exception {
        Programs.require("mkfifo");
        path = BlockingPairs.newFifo();
    }

    @AfterEach
    void closeStreams() {
        streams.close();
    }

    /** Opens both ends, which lets every thread go that waits in {@code open}, or is about to. */
    private void openTheOtherEnd() throws IOException {
        try (FileChannel both = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(both.isOpen()).isTrue();
            THREADS.awaitNone();
        }
    }

    @Test
    void writerAndReader_meet_andEofFollowsTheBytes() throws Exception {
        CompletableFuture<StreamConnection> reading = streams.openReadPipe(path);
        StreamConnection writer = get(streams.openWritePipe(path));
        StreamConnection reader = get(reading);
        byte[] bytes = Wire.pattern(3 << 20);
        writer.writer().write(bytes);
        writer.close();
        assertThat(get(reader.reader().readAll(4 << 20))).isEqualTo(bytes);
        get(writer.waitClosed());
        get(reader.waitClosed());
    }

    @Test
    void eachEnd_hasOneDirection() throws Exception {
        CompletableFuture<StreamConnection> reading = streams.openReadPipe(path);
        StreamConnection writer = get(streams.openWritePipe(path));
        StreamConnection reader = get(reading);
        assertThat(get(writer.reader().read(1))).isEmpty();
        assertThat(writer.writer().canWriteEof()).isTrue();
        assertThat(reader.writer().canWriteEof()).isFalse();
        assertThatThrownBy(() -> reader.writer().write(new byte[1]))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("write() refused: " + path + " is not open for writing");
        get(reader.writer().drain());
        get(reader.writer().flush());
        writer.close();
        reader.close();
        get(reader.waitClosed());
    }

    @Test
    void pipeWithoutTheOtherEnd_timesOut_andItsThreadIsCounted() throws Exception {
        assertThat(failureOf(streams.openReadPipe(path, Duration.ofMillis(30))))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("could not open the pipe " + path + " for reading within 30 ms:"
                        + " nobody has opened it for writing");
        THREADS.awaitCount(1);
        openTheOtherEnd();
        THREADS.awaitNone();
        assertThat(failureOf(streams.openWritePipe(path, Duration.ofMillis(30))))
                .hasMessageContaining("nobody has opened it for reading");
        openTheOtherEnd();
    }

    @Test
    void cancelledOpening_closesThePipeThatItGetsLater() throws Exception {
        CompletableFuture<StreamConnection> opening = streams.openReadPipe(path);
        while (!isInsideOpen()) {
            Thread.onSpinWait();
        }
        opening.cancel(false);
        try (FileChannel writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
            THREADS.awaitNone();
            assertThatThrownBy(() -> writer.write(java.nio.ByteBuffer.allocate(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("Broken pipe");
        }
    }

    private static boolean isInsideOpen() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(each -> each.getKey().getName().startsWith("netty-streams-open-"))
                .anyMatch(each -> each.getValue().length > 0
                        && each.getValue()[0].getMethodName().startsWith("open"));
    }

    @Test
    void closingTheStreams_failsAnOpening() throws Exception {
        CompletableFuture<StreamConnection> opening = streams.openReadPipe(path);
        streams.close();
        assertThat(failureOf(opening)).isInstanceOf(IOException.class).hasMessage("these streams are closed");
        assertThat(failureOf(streams.openReadPipe(path))).hasMessage("these streams are closed");
        openTheOtherEnd();
    }

    @Test
    void closeDuringARead_endsItsThread() throws Exception {
        try (FileChannel both = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            StreamConnection reader = get(streams.openReadPipe(path));
            CompletableFuture<byte[]> read = reader.reader().read(1);
            reader.close();
            assertThat(get(read)).isEmpty();
            get(reader.waitClosed());
            THREADS.awaitNone();
            assertThat(both.isOpen()).isTrue();
        }
    }

    @Test
    void abortDuringAWrite_endsItsThread() throws Exception {
        try (FileChannel both = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            StreamConnection writer = get(streams.openWritePipe(path));
            writer.writer().write(Wire.pattern(1 << 20));
            CompletableFuture<Void> flushed = writer.writer().flush();
            both.read(java.nio.ByteBuffer.allocate(1)); // the write is under way
            writer.abort();
            assertThat(failureOf(flushed)).isInstanceOf(StreamClosedException.class);
            THREADS.awaitNone();
        }
    }

    @Test
    void readerThatGoesAway_breaksThePipe() throws Exception {
        CompletableFuture<StreamConnection> reading = streams.openReadPipe(path);
        StreamConnection writer = get(streams.openWritePipe(path));
        StreamConnection reader = get(reading);
        reader.close();
        get(reader.waitClosed());
        THREADS.awaitCount(0);
        writer.writer().write(Wire.pattern(1 << 20));
        assertThat(failureOf(writer.writer().flush()))
                .isInstanceOf(StreamBrokenException.class)
                .hasRootCauseMessage("Broken pipe");
        assertThat(failureOf(writer.waitClosed())).hasRootCauseMessage("Broken pipe");
    }

    @Test
    void whatIsNoPipe_isRefused() throws Exception {
        Path file = Files.createTempFile("ns", ".txt");
        try {
            assertThat(failureOf(streams.openReadPipe(file)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("could not open the pipe " + file
                            + " for reading: it is neither a pipe nor a character device");
        } finally {
            Files.delete(file);
        }
        assertThat(failureOf(streams.openWritePipe(file)))
                .hasMessage("could not open the pipe " + file + " for writing: No such file or directory");
        assertThatThrownBy(() -> streams.openReadPipe(path, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("timeout <= 0: PT0S");
    }

    @Test
    void fullDevice_failsFlushWithTheSystemsWords() throws Exception {
        Path full = Path.of("/dev/full");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(full), "skipped: there is no /dev/full");
        StreamConnection device = get(streams.openWritePipe(full));
        device.writer().write(new byte[10]);
        assertThat(failureOf(device.writer().flush()))
                .isInstanceOf(StreamBrokenException.class)
                .hasRootCauseMessage("No space left on device");
        assertThat(failureOf(device.waitClosed())).hasRootCauseMessage("No space left on device");
    }
}
