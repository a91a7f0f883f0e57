package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OneLineTest {
    private static final int MANY = 60_000;

    @Test
    void lines_areJoined_withoutTheBlanksAroundThem() {
        assertThat(OneLine.of(new IOException(" one \r\n\n\t two\n"))).isEqualTo("one; two");
        assertThat(OneLine.of(new IOException(" \n "))).isEqualTo("IOException");
        assertThat(OneLine.of(new IOException("a\u001b[2J\u2028b\u202ec"))).isEqualTo("a?[2J?b?c");
    }

    @Test
    void failureOfADerivedStage_isItsCause() {
        assertThat(OneLine.of(new CompletionException(new IOException("full")))).isEqualTo("full");
        assertThat(OneLine.of(new CompletionException("full", null))).isEqualTo("full");
    }

    /** A server's refusal may be as long as its protocol allows. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.SECONDS)
    void blanks_takeTimeInProportionToTheirNumber() {
        String words = "no" + " ".repeat(MANY) + "way";
        assertThat(OneLine.of(new IOException(words))).isEqualTo(words);
    }
}
