package dev.nettystreams.demos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HttpUrlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://a|/",
                "http://a/|/",
                "http://a?q|/?q",
                "http://a#f|/",
                "http://a/b?c=d#e|/b?c=d",
                "http://a/é?q=ü|/%C3%A9?q=%C3%BC",
                "http://a/日本/\ud83d\ude00|/%E6%97%A5%E6%9C%AC/%F0%9F%98%80",
                "http://a/\ud83d|/%EF%BF%BD",
                "http://a/%c3%a9%2f|/%c3%a9%2f",
                "http://a/b c\"<>{}|/b%20c%22%3C%3E%7B%7D",
                "http://a/100%|/100%",
                "http://a/;,:@&=+$!*'()~[]|/;,:@&=+$!*'()~[]"
            })
    void target_isPercentEncodedUtf8(String typed, String target) {
        assertThat(HttpUrl.parse(typed).target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "",
            value = {
                "http://example.org, false, example.org, example.org, 80, example.org",
                "https://example.org, true, example.org, example.org, 443, example.org",
                "HTTPS://Example.ORG:8443/, true, example.org, example.org, 8443, example.org:8443",
                "http://example.org:443/, false, example.org, example.org, 443, example.org:443",
                "http://example.org:80/, false, example.org, example.org, 80, example.org",
                "http://example.org:/, false, example.org, example.org, 80, example.org",
                "http://my_host:1, false, my_host, my_host, 1, my_host:1",
                "https://bücher.example/, true, xn--bcher-kva.example, xn--bcher-kva.example, 443, xn--bcher-kva.example",
                "http://日本。jp, false, xn--wgv71a.jp, xn--wgv71a.jp, 80, xn--wgv71a.jp",
                "http://example.org.:81, false, example.org., example.org., 81, example.org.:81",
                "http://[::1]:81/, false, ::1, ::1, 81, [::1]:81",
                "https://[fe80::1%25eth0]/, true, fe80::1%eth0, fe80::1, 443, [fe80::1]",
                "http://[fe80::1%eth0]:81/, false, fe80::1%eth0, fe80::1, 81, [fe80::1]:81",
                "http://[fe80::1%253]/, false, fe80::1%3, fe80::1, 80, [fe80::1]",
                "http://[::ffff:1.2.3.4]/, false, ::ffff:1.2.3.4, ::ffff:1.2.3.4, 80, [::ffff:1.2.3.4]"
            })
    void host_isWhereToConnect_andWhatToAskFor(
            String typed, boolean isSecure, String host, String name, int port, String authority) {
        assertThat(HttpUrl.parse(typed)).isEqualTo(new HttpUrl(isSecure, host, name, port, authority, "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "example.org",
                "ftp://example.org/",
                "http:/example.org",
                "http://",
                "http:///path",
                "http://:80/",
                "http://a:0/",
                "http://a:65536/",
                "http://a:99999999999/",
                "http://a:b/",
                "http://a:-1/",
                "http://me@a/",
                "http://me:secret@a/",
                "http://a b/",
                "http://a\u0000b/",
                "http://a%2eb/",
                "http://a..b/",
                "http://[broken/",
                "http://[::1/",
                "http://[::g]/",
                "http://[1.2.3.4]/",
                "http://::1/",
                "http://a\\b/"
            })
    void whatIsNoUrl_isRefused(String typed) {
        assertThatThrownBy(() -> HttpUrl.parse(typed)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void request_isAscii_andOneRequest() {
        assertThat(HttpUrl.parse("https://bücher.example:8443/é\r\n?q=ü#f").headRequest())
                .isEqualTo("HEAD /%C3%A9%0D%0A?q=%C3%BC HTTP/1.0\r\nHost: xn--bcher-kva.example:8443\r\n\r\n");
    }

    @Test
    void controlCharacters_areEncoded_too() {
        assertThat(HttpUrl.parse("http://a/b\r\nX: y\t\0\u007f\u0085\u202e").target())
                .isEqualTo("/b%0D%0AX:%20y%09%00%7F%C2%85%E2%80%AE");
    }
}
