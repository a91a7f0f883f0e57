package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.postgres.RawServer.Meeting;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers to the request for TLS; after a wrong one, nothing is sent. */
@Timeout(60)
class PostgresEncryptionTest {
    private static Meeting answered(String answer, String... options) throws Exception {
        return RawServer.meet(server -> answer(server, answer), options);
    }

    private static Meeting answeredAndLeft(String answer, String... options) throws Exception {
        return RawServer.meet(
                server -> {
                    answer(server, answer);
                    server.leave();
                },
                options);
    }

    private static void answer(RawServer server, String answer) throws IOException {
        assertThat(server.hear()).isEqualTo("\u0004\u00d2\u0016/");
        server.say(answer.getBytes(ISO_8859_1));
    }

    private static void assertRefused(Meeting meeting, String reason) {
        assertThat(meeting.client().status()).isEqualTo(1);
        assertThat(meeting.client().out()).isEmpty();
        assertThat(meeting.client().err().lines()).hasSize(1);
        assertThat(meeting.client().err()).startsWith("netty-streams-demos: ").contains(reason);
        assertThat(meeting.afterwards()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "Z\0\0\0\5I", "R\0\0\0\10\0\0\0\0", "\u0016\3\3\0\0"})
    void bytesBehindTheGoAhead_areRefused_andNothingIsSent(String injected) throws Exception {
        for (String option : new String[] {"--insecure", "--allow-plaintext"}) {
            assertRefused(
                    answered("S" + injected, option),
                    "the peer sent " + injected.length() + " plaintext bytes behind its go-ahead");
        }
    }

    @Test
    void bytesBehindTheGoAhead_andTheEnd_areRefused() throws Exception {
        assertRefused(answeredAndLeft("SZ\0\0\0\5I", "--insecure"), "the peer ");
    }

    @Test
    void noTls_isRefused() throws Exception {
        assertRefused(answered("N"), "the server offers no TLS");
        assertRefused(answered("N", "--insecure"), "the server offers no TLS");
    }

    @Test
    void noTls_ifAllowed_isFollowedByTheStartupMessage() throws Exception {
        Meeting meeting = answeredAndLeft("N", "--allow-plaintext");
        assertThat(meeting.afterwards()).contains("user\0alice\0").doesNotContain("secret");
        assertThat(meeting.client().err()).isEqualTo("netty-streams-demos: the server ended the connection\n");
    }

    @Test
    void end_isRefused() throws Exception {
        assertRefused(answeredAndLeft("", "--allow-plaintext"), "the server ended the connection");
    }

    @Test
    void error_isRefused_andItsWordsAreNotShown() throws Exception {
        Meeting meeting = answered(
                new String(BackendMessages.error("FATAL", "0A000", "call 555-1234"), ISO_8859_1), "--allow-plaintext");
        assertRefused(meeting, "answered the request for TLS with an error");
        assertThat(meeting.client().err()).doesNotContain("555");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "s", "HTTP/1.1 400 Bad Request\r\n", "\u00ff"})
    void garbage_isRefused(String garbage) throws Exception {
        assertRefused(
                answered(garbage, "--allow-plaintext"),
                "broke the protocol: answer " + (int) garbage.charAt(0) + " to the request for TLS");
    }

    @Test
    void handshakeThatIsNone_isRefused() throws Exception {
        Meeting meeting = RawServer.meet(server -> {
            server.hear();
            server.say(new byte[] {'S'});
            assertThat(server.hearByte()).isEqualTo(0x16); // the handshake has started
            server.say("this is no TLS".getBytes(ISO_8859_1));
        });
        assertThat(meeting.client().status()).isEqualTo(1);
        assertThat(meeting.client().err().lines()).hasSize(1);
        assertThat(meeting.afterwards()).doesNotContain("alice", "secret");
    }
}
