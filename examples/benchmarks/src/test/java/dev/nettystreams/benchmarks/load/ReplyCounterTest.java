package dev.nettystreams.benchmarks.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyCounterTest {
    private static final String RESPONSE = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX: y\r\n\r\nhello";

    private static int count(ReplyCounter counter, String text, int chunk) {
        int replies = 0;
        for (int from = 0; from < text.length(); from += chunk) {
            String part = text.substring(from, Math.min(text.length(), from + chunk));
            replies += counter.count(Unpooled.copiedBuffer(part, US_ASCII));
        }
        return replies;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 20, 1000})
    void fixedReplies_areCountedInAnyChunks(int chunk) {
        ReplyCounter counter = new CheckedReplies("+PONG\r\n".getBytes(US_ASCII));
        assertThat(count(counter, "+PONG\r\n".repeat(5) + "+PO", chunk)).isEqualTo(5);
        assertThat(count(counter, "NG\r\n", chunk)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1000})
    void aFirstReplyThatDiffers_isRefused(int chunk) {
        ReplyCounter counter = new CheckedReplies("+PONG\r\n".getBytes(US_ASCII));
        assertThatThrownBy(() -> count(counter, "+PANG\r\n", chunk))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the first reply differs from the expected one");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 40, 1000})
    void responses_areCountedInAnyChunks(int chunk) {
        ReplyCounter counter = new HttpReplies(5);
        assertThat(count(counter, RESPONSE.repeat(3) + RESPONSE.substring(0, 20), chunk))
                .isEqualTo(3);
        assertThat(count(counter, RESPONSE.substring(20), chunk)).isEqualTo(1);
    }

    @Test
    void aMessage_isReleased_evenIfItIsNoReply() {
        ReplyCounter counter = new CheckedReplies("+PONG\r\n".getBytes(US_ASCII));
        ByteBuf reply = Unpooled.copiedBuffer("+PONG\r", US_ASCII);
        assertThat(counter.countAndRelease(reply)).isZero();
        ByteBuf other = Unpooled.copiedBuffer("+", US_ASCII);
        assertThatThrownBy(() -> counter.countAndRelease(other)).isInstanceOf(IllegalStateException.class);
        assertThat(List.of(reply.refCnt(), other.refCnt())).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: y\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
            })
    void aResponseThatIsNone_isRefused(String response) {
        ReplyCounter counter = new HttpReplies(5);
        assertThatThrownBy(() -> count(counter, response, 10)).isInstanceOf(IllegalStateException.class);
    }
}
