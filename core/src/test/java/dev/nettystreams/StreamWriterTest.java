package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** W1, W2, W5: which bytes a write takes, when it is flushed, and when it is refused. */
class StreamWriterTest {
    private final Bench bench = new Bench();

    @Test
    void write_takesACopy_onTheLoopAndOffIt() {
        byte[] array = Latin1.bytes("abc");
        bench.loop.run(() -> bench.writer.write(array));
        array[0] = '!';
        bench.writer.write(array);
        array[1] = '!';
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("abc!bc");
    }

    @Test
    void write_ofABuffer_movesItsPosition_andTakesACopy() {
        ByteBuffer heap = ByteBuffer.wrap(Latin1.bytes("<heap>"), 1, 4).slice();
        ByteBuffer direct =
                ByteBuffer.allocateDirect(6).put(Latin1.bytes("direct")).flip();
        bench.writer.write(heap);
        bench.writer.write(direct);
        assertThat(heap.hasRemaining() || direct.hasRemaining()).isFalse();
        heap.put(0, (byte) '!');
        direct.put(0, (byte) '!');
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("heapdirect");
    }

    @Test
    void write_outsideTheArray_isRefusedAtTheCall() {
        assertThatThrownBy(() -> bench.writer.write(new byte[4], 3, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void writeOwned_hearsOfNoCopy() {
        bench.loop.run(() -> bench.writer.writeOwned(ByteBuffer.wrap(Latin1.bytes("given"))));
        assertThat(bench.wire.calls).containsExactly("writeOwned");
    }

    @Test
    void writeLines_keepsTheirOrder_withNothingBetween() {
        bench.run(() -> bench.writer.writeLines(List.of(Latin1.bytes("a\n"), Latin1.bytes("b\n"), Latin1.bytes("c"))));
        assertThat(bench.wire.writtenText()).isEqualTo("a\nb\nc");
    }

    @Test
    void writes_ofOneTask_areFlushedOnce_behindIt() {
        bench.loop.run(() -> {
            bench.writer.write(Latin1.bytes("a"));
            bench.writer.write(Latin1.bytes("b"));
        });
        assertThat(bench.wire.count("flush")).isZero();
        bench.loop.runReady();
        assertThat(bench.wire.calls).containsExactly("write", "write", "flush");
    }

    @Test
    void writes_inAnswerToABurst_areFlushedAtItsEnd() {
        bench.read(r -> r.read(1)).thenAccept(one -> bench.writer.write(one));
        bench.loop.run(() -> bench.wire.events().dataReceived(bench.wire.chunk("x")));
        assertThat(bench.wire.calls).containsExactly("write");
        bench.loop.run(() -> bench.wire.events().turnEnded());
        assertThat(bench.wire.calls).containsExactly("write", "flush");
        bench.loop.runReady();
        assertThat(bench.wire.count("flush")).isEqualTo(1);
    }

    @Test
    void writes_ofAnotherThread_gatherIntoOne() {
        for (int i = 0; i < 10; i++) {
            bench.writer.write(Latin1.bytes("piece "));
        }
        bench.loop.runReady();
        assertThat(bench.wire.calls).containsExactly("writeOwned", "flush");
        assertThat(bench.wire.writtenText()).isEqualTo("piece ".repeat(10));
    }

    @Test
    void writes_offTheLoopThenOnIt_keepTheirOrder() {
        bench.writer.write(Latin1.bytes("first "));
        bench.loop.run(() -> bench.writer.write(Latin1.bytes("second ")));
        bench.writer.writeOwned(ByteBuffer.wrap(Latin1.bytes("third")));
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("first second third");
    }

    @Test
    void write_afterClose_throws_evenNothing() {
        bench.connection.close();
        assertThatThrownBy(() -> bench.writer.write(new byte[0]))
                .isInstanceOf(StreamClosedException.class)
                .hasMessage("write() called after close()");
        assertThatThrownBy(() -> bench.writer.writeLines(List.of())).isInstanceOf(StreamClosedException.class);
        assertThatThrownBy(() -> bench.writer.writeOwned(ByteBuffer.allocate(0)))
                .isInstanceOf(StreamClosedException.class);
    }

    @Test
    void write_afterWriteEofOrAbort_throws() {
        bench.writer.writeEof();
        assertThatThrownBy(() -> bench.writer.write(new byte[1])).hasMessage("write() called after writeEof()");
        bench.writer.abort();
        assertThatThrownBy(() -> bench.writer.write(ByteBuffer.allocateDirect(1)))
                .hasMessage("write() called after abort()");
    }

    @Test
    void write_afterALoss_isDropped_andDrainSaysWhy() {
        bench.wire.lose(new IOException("reset"));
        bench.run(() -> bench.writer.write(Latin1.bytes("lost")));
        assertThat(bench.wire.writtenText()).isEmpty();
        Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::drain));
    }

    @Test
    void writes_ofAnotherThread_areSentByOneTask() {
        bench.loop.runReady();
        bench.writer.write(Latin1.bytes("one, "));
        bench.writer.write(Latin1.bytes("two"));
        assertThat(bench.loop.runOne()).isTrue();
        assertThat(bench.wire.writtenText()).isEqualTo("one, two");
        assertThat(bench.wire.calls).endsWith("flush");
        assertThat(bench.loop.readyCount()).isZero();
    }

    /** Kept writes would accumulate for as long as the program writes. */
    @Test
    void writes_ofAnotherThread_afterALoss_areNotKept() {
        bench.wire.lose(new IOException("reset"));
        for (int i = 0; i < 3; i++) {
            bench.writer.write(new byte[1 << 20]);
            bench.writer.writeOwned(ByteBuffer.allocate(1 << 20));
        }
        assertThat(bench.connection.core().writer.uncollectedByteCount()).isZero();
    }

    @Test
    void writes_ofAnotherThread_toALoopThatHasEnded_areNotKept() {
        bench.loop.shutDown();
        bench.writer.write(new byte[1 << 20]);
        bench.writer.write(new byte[1 << 20]);
        assertThat(bench.connection.core().writer.uncollectedByteCount()).isZero();
    }

    /** A gap in the stream would be worse than its end. */
    @Test
    void write_thatTheTransportCannotTake_endsTheConnection_andNothingFollowsIt() {
        bench.wire.beforeWrite = () -> {
            bench.wire.beforeWrite = () -> {};
            throw new InternalError("no memory for it");
        };
        bench.writer.write(Latin1.bytes("lost"));
        bench.writer.writeOwned(ByteBuffer.wrap(Latin1.bytes("behind it")));
        var flushed = bench.writer.flush();
        bench.loop.runReady();
        bench.run(() -> bench.writer.write(Latin1.bytes("later")));
        assertThat(bench.wire.writtenText()).isEmpty();
        assertThat(bench.wire.calls).contains("abort");
        Outcomes.failure(StreamBrokenException.class, flushed);
        Outcomes.failure(StreamBrokenException.class, bench.onLoop(bench.writer::flush));
        var drained = bench.writer.drain();
        bench.loop.runReady();
        Outcomes.failure(StreamBrokenException.class, drained);
    }

    @Test
    void writeEof_onceAndBehindTheBytes() {
        bench.writer.write(Latin1.bytes("all"));
        bench.writer.writeEof();
        bench.writer.writeEof();
        bench.loop.runReady();
        assertThat(bench.wire.calls).containsSubsequence("writeOwned", "writeEof");
        assertThat(bench.wire.count("writeEof")).isEqualTo(1);
    }

    @Test
    void writeEof_whereThereIsNoHalfClose_isRefused() {
        bench.wire.canWriteEof = false;
        assertThat(bench.writer.canWriteEof()).isFalse();
        assertThatThrownBy(bench.writer::writeEof).isInstanceOf(UnsupportedOperationException.class);
        bench.run(() -> bench.writer.write(Latin1.bytes("still open")));
        assertThat(bench.wire.writtenText()).isEqualTo("still open");
    }

    @Test
    void getExtraInfo_asksTheTransport() {
        bench.wire.extraInfo.put("peername", "somebody");
        assertThat(bench.writer.getExtraInfo("peername")).isEqualTo("somebody");
        assertThat(bench.writer.getExtraInfo("nonsense")).isNull();
        assertThat(bench.connection).hasToString("StreamConnection[OPEN, peer=somebody, buffered=0, pending=0]");
        bench.wire.extraInfo.put("peername", "");
        assertThat(bench.connection).hasToString("StreamConnection[OPEN, peer=unnamed, buffered=0, pending=0]");
        bench.wire.extraInfo.remove("peername");
        assertThat(bench.connection).hasToString("StreamConnection[OPEN, peer=unknown, buffered=0, pending=0]");
    }

    @Test
    void writeEof_onTheLoop_goesBehindWhatOtherThreadsWroteBefore() {
        bench.writer.write(Latin1.bytes("before"));
        bench.loop.run(bench.writer::writeEof);
        assertThat(bench.wire.calls).containsSubsequence("writeOwned", "writeEof");
        bench.loop.runReady();
        assertThat(bench.wire.writtenText()).isEqualTo("before");
    }

    @Test
    void writeEof_ofALostOutput_isNotPassedOn() {
        bench.wire.failOutput(new IOException("broken pipe"));
        bench.run(bench.writer::writeEof);
        assertThat(bench.wire.calls).doesNotContain("writeEof");
    }
}
