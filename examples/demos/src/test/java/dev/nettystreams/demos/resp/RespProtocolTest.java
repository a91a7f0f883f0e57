package dev.nettystreams.demos.resp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DialogueWire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class RespProtocolTest {
    private static final int WHOLE = 1 << 20;

    private static final String REQUESTS = String.join(
            "",
            "PING\r\n",
            "*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$4\r\n\0\r\n\377\r\n",
            "*2\r\n$3\r\nget\r\n$2\r\n\r\n\r\n",
            "\r\n*0\r\n*-1\r\n",
            "ping \"a\\x00\\n\"\n",
            "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
            "*1\r\n$4\r\nQUIT\r\n");
    private static final String REPLIES =
            String.join("", "+PONG\r\n", "+OK\r\n", "$4\r\n\0\r\n\377\r\n", "$3\r\na\0\n\r\n", "$0\r\n\r\n", "+OK\r\n");

    private static DialogueWire wire(int chunkBytes) {
        CommandTable commands = new CommandTable(new Keyspace(() -> 1_000_000));
        return new DialogueWire(chunkBytes, (reader, writer) -> new RespDialogue(reader, writer, commands));
    }

    @Test
    void requests_splitAtEveryOffset_getTheSameReplies() {
        for (int offset = 0; offset <= REQUESTS.length(); offset++) {
            DialogueWire wire = wire(WHOLE);
            wire.send(REQUESTS.substring(0, offset)).send(REQUESTS.substring(offset));
            assertThat(wire.replies()).as("split at %d", offset).isEqualTo(REPLIES);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void requests_inSmallChunks_getTheSameReplies(int chunkBytes) {
        assertThat(wire(chunkBytes).send(REQUESTS).replies()).isEqualTo(REPLIES);
    }

    @Test
    void browsers_areCutOffWithoutAWord() {
        DialogueWire wire = wire(WHOLE).send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nFLUSHALL\r\n");
        assertThat(wire.isOver()).isTrue();
        assertThat(wire.replies()).isEmpty();
    }

    @Test
    void halfRequests_atTheEnd_getNoReply() {
        String request = "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n";
        for (int length = 0; length < request.length(); length++) {
            DialogueWire wire = wire(WHOLE);
            assertThat(wire.send("PING\r\n" + request.substring(0, length)).replies())
                    .as("%d bytes of it", length)
                    .isEqualTo("+PONG\r\n");
            assertThat(wire.reported()).isEmpty();
        }
    }

    @Test
    void pipeline_getsItsRepliesInOrder() {
        StringBuilder requests = new StringBuilder();
        StringBuilder replies = new StringBuilder();
        for (int i = 1; i <= 5000; i++) {
            requests.append("*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n");
            replies.append(':').append(i).append("\r\n");
        }
        assertThat(wire(WHOLE).send(requests.toString()).replies()).isEqualTo(replies.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*x\\r\\n                  | invalid multibulk length",
                "*1048577\\r\\n            | invalid multibulk length",
                "*99999999999999999999\\r\\n | invalid multibulk length",
                "*1\\n                     | invalid multibulk length",
                "*\\r\\n                   | invalid multibulk length",
                "*1\\r\\nPING\\r\\n        | expected '$', got 'P'",
                "*1\\r\\n$-1\\r\\n         | invalid bulk length",
                "*1\\r\\n$4x\\r\\n         | invalid bulk length",
                "*1\\r\\n$536870913\\r\\n  | invalid bulk length",
                "PING \"a\\r\\n            | unbalanced quotes in request",
                "PING \"a\"b\\r\\n         | unbalanced quotes in request"
            })
    void brokenProtocol_isAnsweredAsRedisWordsIt_andEnds(String input, String error) {
        String bytes = input.replace("\\r", "\r").replace("\\n", "\n");
        DialogueWire wire = wire(WHOLE).send(bytes + "PING\r\n");
        assertThat(wire.isOver()).isTrue();
        assertThat(wire.replies()).isEqualTo("-ERR Protocol error: " + error + "\r\n");
        assertThat(wire.reported()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"P, too big inline request", "*, too big mbulk count string"})
    void overlongLine_isAnsweredAsRedisWordsIt_andEnds(String begin, String error) {
        DialogueWire wire = wire(4096).send("PING\r\n" + begin + "1".repeat(70_000));
        assertThat(wire.isOver()).isTrue();
        assertThat(wire.replies()).isEqualTo("+PONG\r\n-ERR Protocol error: " + error + "\r\n");
    }

    @Test
    void overlongBulkCount_isAnsweredAsRedisWordsIt_andEnds() {
        DialogueWire wire = wire(4096).send("*1\r\n$" + "1".repeat(70_000));
        assertThat(wire.isOver()).isTrue();
        assertThat(wire.replies()).isEqualTo("-ERR Protocol error: too big bulk count string\r\n");
    }

    @Test
    void valueBeyondTheLineLimit_isFine() {
        String value = "v".repeat(300_000);
        String request = "*2\r\n$4\r\nECHO\r\n$300000\r\n" + value + "\r\n";
        assertThat(wire(5000).send(request).replies()).isEqualTo("$300000\r\n" + value + "\r\n");
    }

    /** An array of a million elements is announced, and must not be allocated. */
    @Test
    void announcedArguments_costNothing() {
        assertThat(wire(WHOLE).send("*1048576\r\n$4\r\nPING\r\n").replies()).isEmpty();
        assertThat(wire(WHOLE).send("*1\r\n$536870912\r\nPING\r\n").replies()).isEmpty();
    }
}
