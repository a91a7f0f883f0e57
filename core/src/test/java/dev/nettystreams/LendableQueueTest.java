package dev.nettystreams;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Lending, turned by hand: one thread plays both sides. */
class LendableQueueTest {
    private final ScriptedTransport wire = new ScriptedTransport();
    private final LendableQueue bytes = new LendableQueue();

    private void append(String text) {
        bytes.append(wire.chunk(text));
    }

    private String ownAll() {
        assertThat(bytes.tryOwn()).isTrue();
        return new String(bytes.owned().take(bytes.owned().size()), US_ASCII);
    }

    private int use() {
        int number = bytes.tryUse();
        assertThat(number).isNotEqualTo(LendableQueue.NOT_LENT);
        return number;
    }

    @Test
    void size_isTheSame_whoeverHasThem() {
        append("12345");
        assertThat(bytes.size()).isEqualTo(5);
        bytes.lend();
        assertThat(bytes.size()).isEqualTo(5);
        append("67");
        assertThat(bytes.size()).isEqualTo(7);
        use();
        append("89");
        assertThat(bytes.size()).isEqualTo(9);
        bytes.inUse().drop(4);
        bytes.endUse();
        assertThat(bytes.lentByteCount()).isEqualTo(3);
        assertThat(bytes.size()).isEqualTo(5);
        assertThat(ownAll()).isEqualTo("56789");
        assertThat(bytes.size()).isZero();
    }

    @Test
    void unchanged_isWhatTheReaderLeft_untilAnythingHappens() {
        append("12345");
        bytes.lend();
        int number = use();
        bytes.endUse();
        assertThat(bytes.isUnchangedSince(number)).isTrue();
        append("6");
        assertThat(bytes.isUnchangedSince(number)).isFalse();
    }

    @Test
    void takenBack_itHasChanged_alsoWhenItIsLentAgain() {
        bytes.lend();
        int number = use();
        bytes.endUse();
        assertThat(bytes.tryOwn()).isTrue();
        assertThat(bytes.isUnchangedSince(number)).isFalse();
        bytes.lend();
        assertThat(bytes.isUnchangedSince(number)).isFalse();
        int next = use();
        bytes.endUse();
        assertThat(bytes.isUnchangedSince(next)).isTrue();
    }

    @Test
    void bytesThatCameDuringAUse_areAChange_untilTheLoopHasAddedThem() {
        bytes.lend();
        int number = use();
        append("late");
        assertThat(bytes.tryOwn()).isFalse();
        bytes.endUse();
        assertThat(bytes.isUnchangedSince(number)).isFalse();
        assertThat(bytes.tryOwn()).isTrue();
        bytes.lend();
        int next = use();
        bytes.endUse();
        assertThat(bytes.isUnchangedSince(next)).isTrue();
        assertThat(ownAll()).isEqualTo("late");
    }

    @Test
    void notLent_orInUse_itIsNotToBeUsed() {
        assertThat(bytes.tryUse()).isEqualTo(LendableQueue.NOT_LENT);
        bytes.lend();
        use();
        assertThat(bytes.tryUse()).isEqualTo(LendableQueue.NOT_LENT);
        assertThat(bytes.tryOwn()).isFalse();
        assertThat(bytes.isLent()).isTrue();
    }
}
