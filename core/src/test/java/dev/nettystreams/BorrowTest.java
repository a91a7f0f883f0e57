package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.support.DebugWarnings;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks have one owner: whatever becomes of a write, its block is released once. */
class BorrowTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);
    private final CountedBlock block = new CountedBlock(Latin1.bytes("lent"));

    @Test
    void view_isReadOnly_andItsOwn() {
        BorrowedBytes bytes = BorrowedBytes.over(block);
        ByteBuffer view = bytes.asByteBuffer();
        assertThatThrownBy(() -> view.put((byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
        view.position(2);
        assertThat(bytes.asByteBuffer().remaining()).isEqualTo(4);
        assertThat(bytes.get(3)).isEqualTo((byte) 't');
        assertThatThrownBy(() -> bytes.get(4)).isInstanceOf(IndexOutOfBoundsException.class);
        ByteBuffer target = ByteBuffer.allocate(10);
        bytes.copyTo(target);
        assertThat(target.position()).isEqualTo(4);
        assertThat(bytes).hasToString("BorrowedBytes[4]");
        bytes.close();
        assertThat(bytes).hasToString("BorrowedBytes[4, ended]");
        assertThat(block.releaseCount()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void writtenBlock_isReleasedOnce_onEachKindOfThread(ThreadKind kind) throws Exception {
        try (BackgroundLoop background = new BackgroundLoop()) {
            MemoryPair streams = MemoryStreams.pair(background);
            CompletableFuture<byte[]> received = streams.far().reader().readExactly(8);
            kind.start(streams.near(), () -> {
                        streams.near().writer().write(BorrowedBytes.over(block));
                        streams.near().writer().write(Latin1.bytes(" one"));
                        Await.await(streams.near().writer().flush());
                        return null;
                    })
                    .get();
            assertThat(Outcomes.text(received)).isEqualTo("lent one");
            assertThat(block.releaseCount()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.ThreadKind#all")
    void blockOfARefusedWrite_isReleasedOnce(ThreadKind kind) throws Exception {
        kind.run(streams -> {
            streams.near().writer().writeEof();
            assertThatThrownBy(() -> streams.near().writer().write(BorrowedBytes.over(block)))
                    .isInstanceOf(StreamClosedException.class);
            return null;
        });
        assertThat(block.releaseCount()).isEqualTo(1);
    }

    /** The connection is lost: a write is no error, and discards its bytes. */
    @Test
    void blockWrittenBehindALoss_isReleasedOnce() {
        pair.far().abort();
        loop.runReady();
        loop.run(() -> pair.near().writer().write(BorrowedBytes.over(block)));
        CountedBlock elsewhere = new CountedBlock(4);
        pair.near().writer().write(BorrowedBytes.over(elsewhere));
        loop.runReady();
        assertThat(block.releaseCount()).isEqualTo(1);
        assertThat(elsewhere.releaseCount()).isEqualTo(1);
    }

    /** Bytes that another thread has written, and that the loop has not collected when the connection ends. */
    @Test
    void uncollectedBlock_isReleasedOnce() {
        pair.near().writer().write(BorrowedBytes.over(block));
        pair.near().abort();
        loop.runReady();
        assertThat(block.releaseCount()).isEqualTo(1);
    }

    @Test
    void blockThatATransportRefuses_isReleasedOnce() {
        ScriptedTransport wire = new ScriptedTransport();
        StreamConnection connection = wire.connect();
        wire.beforeWrite = () -> {
            throw new IllegalStateException("on purpose");
        };
        connection.writer().write(BorrowedBytes.over(block));
        wire.loop.runReady();
        assertThat(block.releaseCount()).isEqualTo(1);
        CompletableFuture<Void> drained = connection.writer().drain();
        wire.loop.runReady();
        assertThat(drained).isCompletedExceptionally();
    }

    private void borrowAndDrop() {
        BorrowedBytes.over(block);
    }

    @Test
    void droppedBytes_areReported_withThePlaceOfTheBorrow_andGivenBack() throws Exception {
        try (DebugWarnings warnings = new DebugWarnings()) {
            borrowAndDrop();
            assertThat(warnings.awaitFrom("borrowAndDrop").getMessage())
                    .isEqualTo("BorrowedBytes[4] were dropped without close() or write(); they are closed now");
            assertThat(block.releaseCount()).isEqualTo(1);
        }
    }
}
