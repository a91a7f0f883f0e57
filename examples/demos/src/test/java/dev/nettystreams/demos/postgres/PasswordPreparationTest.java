package dev.nettystreams.demos.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms that PostgreSQL 14 and 15 store for these passwords, according to their verifiers. */
@Timeout(30)
class PasswordPreparationTest {
    @ParameterizedTest
    @CsvSource({
        "secret, secret",
        "'tab\t', 'tab\t'",
        "so\u00adft, soft",
        "\u00ad, \u00ad",
        "\ufeff\u2060, \ufeff\u2060",
        "non\u00a0break, 'non break'",
        "zero\u200bwidth, 'zero width'",
        "join\u200der, joiner",
        "\ufb01n, fin",
        "a\u0301, \u00e1",
        "tone\u0340, tone\u0340",
        "line\u2028, line\u2028",
        "un\u0221assigned, un\u0221assigned",
        "\u0627\u0628, \u0627\u0628",
        "\ufb50\u0628, \u0671\u0628",
        "\ufb50a, \ufb50a",
        "'\u2126\t', '\u2126\t'",
    })
    void password_isPreparedAsByTheServer(String password, String prepared) {
        assertThat(new String(PasswordPreparation.of(password))).isEqualTo(prepared);
    }
}
