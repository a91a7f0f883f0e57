package dev.nettystreams.demos.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
    /** Interfaces may have any name: {@code br-} and a number is a bridge of containers. */
    @ParameterizedTest
    @CsvSource({
        "example.org:80,          example.org",
        "127.0.0.1:80,            127.0.0.1",
        "[::1]:80,                ::1",
        "[fe80::1%2]:80,          fe80::1%2",
        "[fe80::1%eth0]:80,       fe80::1%eth0",
        "[fe80::1%br-0a1B]:80,    fe80::1%br-0a1B",
        "[fe80::1%enp3s0.100]:80, fe80::1%enp3s0.100",
        "[fe80::1%Wi_Fi]:80,      fe80::1%Wi_Fi"
    })
    void hosts_areNamesOrAddresses_withAnyZone(String typed, String host) {
        assertThat(Destination.parse(typed)).isEqualTo(new Destination.Tcp(host, 80));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":80", "a", "a:", "a:0", "a:65536", "::1:80", "[::1]", "[a b]:80", "[fe80::1%]:80"})
    void others_areRefused(String typed) {
        assertThatThrownBy(() -> Destination.parse(typed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(typed);
    }

    @Test
    void unixPaths_mayBeAbstract() {
        assertThat(Destination.parse("unix:/run/a")).isEqualTo(new Destination.Unix("/run/a"));
        assertThat(Destination.parse("unix:@a")).isEqualTo(new Destination.Unix("\0a"));
    }
}
