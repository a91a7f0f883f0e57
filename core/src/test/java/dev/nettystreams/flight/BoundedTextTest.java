package dev.nettystreams.flight;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O2: a peer's text can neither steer the terminal that prints a recording, nor fill the recording. */
class BoundedTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n", // a line of its own
                "\u001b", // ESC
                "\u009b", // CSI, which a terminal takes for ESC [
                "\u2028", // a line separator
                "\u202e", // what follows is shown from right to left
                "\u200b", // shows nothing
                "\ud83d", // half a character
                "\ue000" // of private use
            })
    void unprintableCharacter_isReplaced(String character) {
        assertThat(BoundedText.of("a" + character + "b")).isEqualTo("a?b");
    }

    @Test
    void printableText_isKept() {
        String text = "Grüße, 世界, \ud83d\ude00";
        assertThat(BoundedText.of(text)).isEqualTo(text);
        assertThat(BoundedText.of(null)).isNull();
    }

    @Test
    void longText_isCut_andNoCharacterIsHalved() {
        assertThat(BoundedText.of("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(BoundedText.of("x".repeat(201))).isEqualTo("x".repeat(197) + "...");
        assertThat(BoundedText.of("x".repeat(196) + "\ud83d\ude00".repeat(10))).isEqualTo("x".repeat(196) + "?...");
    }
}
