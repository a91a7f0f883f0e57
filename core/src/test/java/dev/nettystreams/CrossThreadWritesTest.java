package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.CrossThreadWrites.AppendResult;
import dev.nettystreams.spi.Block;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The bytes that other threads write, by each of the two ways in: a copy and a block. */
class CrossThreadWritesTest {
    private static final List<Function<CrossThreadWrites, AppendResult>> WAYS = List.of(
            writes -> writes.append(new byte[3], 1, 1), writes -> writes.append(Block.of(ByteBuffer.allocate(10))));

    private final CrossThreadWrites writes = new CrossThreadWrites(1 << 16);

    private void assertAppendsAre(AppendResult expected) {
        for (Function<CrossThreadWrites, AppendResult> way : WAYS) {
            assertThat(way.apply(writes)).isEqualTo(expected);
        }
    }

    @Test
    void sealed_takesNothing_andKeepsWhatIsThere() {
        assertThat(writes.append(new byte[5], 0, 5)).isEqualTo(AppendResult.QUEUED_FIRST);
        assertThat(writes.append(new byte[5], 0, 5)).isEqualTo(AppendResult.QUEUED);
        writes.seal();
        assertAppendsAre(AppendResult.CLOSED);
        assertThat(writes.byteCount()).isEqualTo(10);
    }

    @Test
    void suspended_takesNothingNow_andLaterAgain() {
        writes.suspend();
        assertAppendsAre(AppendResult.SUSPENDED);
        writes.resume();
        assertThat(writes.append(new byte[5], 0, 5)).isEqualTo(AppendResult.QUEUED_FIRST);
    }

    @Test
    void sealed_isNotOpenedAgain() {
        writes.seal();
        writes.resume();
        assertAppendsAre(AppendResult.CLOSED);
        writes.suspend();
        assertAppendsAre(AppendResult.CLOSED);
        writes.resume();
        assertAppendsAre(AppendResult.CLOSED);
    }

    @Test
    void discarded_holdsNothing() {
        assertThat(writes.append(new byte[5], 0, 5)).isEqualTo(AppendResult.QUEUED_FIRST);
        writes.discard();
        assertAppendsAre(AppendResult.CLOSED);
        assertThat(writes.byteCount()).isZero();
        assertThat(writes.isEmpty()).isTrue();
    }

    @Test
    void blocks_areReleasedOnce_ifNobodyTakesThem() {
        CountedBlock dropped = new CountedBlock(10);
        CountedBlock passedOn = new CountedBlock(10);
        CountedBlock behindAFailure = new CountedBlock(10);
        writes.append(dropped);
        writes.discard();
        assertThat(dropped.releaseCount()).isEqualTo(1);
        CrossThreadWrites others = new CrossThreadWrites(1 << 16);
        others.append(passedOn);
        others.append(behindAFailure);
        ScriptedTransport wire = new ScriptedTransport();
        wire.beforeWrite = () -> {
            throw new IllegalStateException("on purpose");
        };
        assertThatThrownBy(() -> wire.loop.run(() -> others.collectInto(wire))).hasMessage("on purpose");
        assertThat(passedOn.releaseCount()).isEqualTo(1);
        assertThat(behindAFailure.releaseCount()).isEqualTo(1);
    }

    @Test
    void collected_theNextOneIsTheFirstAgain_andTheOrderStays() {
        ScriptedTransport wire = new ScriptedTransport();
        for (String round : List.of("one ", "two ")) {
            assertThat(writes.append(Latin1.bytes(round), 0, 4)).isEqualTo(AppendResult.QUEUED_FIRST);
            assertThat(writes.append(Block.of(ByteBuffer.wrap(Latin1.bytes("owned ")))))
                    .isEqualTo(AppendResult.QUEUED);
            assertThat(writes.append(Latin1.bytes("last "), 0, 5)).isEqualTo(AppendResult.QUEUED);
            wire.loop.run(() -> writes.collectInto(wire));
            assertThat(writes.isEmpty()).isTrue();
            assertThat(writes.byteCount()).isZero();
        }
        assertThat(wire.writtenText()).isEqualTo("one owned last two owned last ");
    }

    /** W8: a suspension that is over when it begins would refuse the writes behind a cancel. */
    @Test
    void suspendUnless_refusesAppends_unlessItsReasonIsOver() {
        CrossThreadWrites writes = new CrossThreadWrites(0);
        writes.suspendUnless(() -> true);
        assertThat(writes.append(new byte[1], 0, 1)).isEqualTo(CrossThreadWrites.AppendResult.QUEUED_FIRST);
        writes.suspendUnless(() -> false);
        assertThat(writes.append(new byte[1], 0, 1)).isEqualTo(CrossThreadWrites.AppendResult.SUSPENDED);
        writes.resume();
        assertThat(writes.append(new byte[1], 0, 1)).isEqualTo(CrossThreadWrites.AppendResult.QUEUED);
    }
}
