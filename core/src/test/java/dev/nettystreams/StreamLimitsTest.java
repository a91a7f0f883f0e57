package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamLimitsTest {
    private static final StreamLimits LIMITS = StreamLimits.DEFAULT;

    @Test
    void ranges_areChecked_namingTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LIMITS.withReadLimit(0))
                .withMessage("readLimitBytes < 1: 0");
        assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withWriteMarks(4, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LIMITS.withWriteMarks(4, 5))
                .withMessageEndingWith(": 4 < 5");
        assertThatIllegalArgumentException().isThrownBy(() -> LIMITS.withCloseTimeout(Duration.ZERO));
    }

    @Test
    void copies_changeOneThing() {
        assertThat(LIMITS.withReadLimit(1).withReadLimit(65536)).isEqualTo(LIMITS);
        assertThat(LIMITS.withWriteMarks(0, 0).writeHighMarkBytes()).isZero();
        assertThat(LIMITS.withCloseTimeout(Duration.ofDays(99999)).closeTimeout())
                .isEqualTo(Duration.ofDays(99999));
    }
}
