package dev.nettystreams.demos.postgres;

import static dev.nettystreams.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.testing.BackgroundLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import dev.nettystreams.tls.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PostgresDeadlineTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final String OVER = "the server did not let us in within 0.05 s";

    @Test
    void silentServer_isGivenUp() throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            try (StreamConnection client = pair.near()) {
                MessageStream messages = MessageStream.forLogin(client, AnswerDeadline.of(SHORT), notice -> {});
                assertThatThrownBy(() -> new Authentication(messages, new Login("alice", "alice", null, false)).run())
                        .isInstanceOf(IOException.class)
                        .hasMessage(OVER);
                assertThatThrownBy(() -> Encryption.agree(
                                MessageStream.forLogin(client, AnswerDeadline.of(SHORT), notice -> {}),
                                Tls.client().upgrade("localhost"),
                                true))
                        .hasMessage(OVER);
            }
        }
    }

    /** The server refuses the login and closes while the client computes its proof. */
    @Test
    void errorBeforeTheLoss_isReported_andNotTheLoss() throws Exception {
        try (BackgroundLoop loop = new BackgroundLoop()) {
            MemoryPair pair = MemoryStreams.pair(loop);
            StreamConnection client = pair.near();
            pair.far().writer().write(BackendMessages.authentication(11));
            pair.far().writer().write(BackendMessages.error("FATAL", "28000", "no"));
            await(pair.far().writer().flush());
            await(client.reader().peek(1));
            pair.far().abort();
            assertThatThrownBy(() -> await(client.writer().waitClosed())).isInstanceOf(StreamBrokenException.class);
            MessageStream messages =
                    MessageStream.forLogin(client, AnswerDeadline.of(Duration.ofSeconds(20)), notice -> {});
            assertThatThrownBy(() -> messages.send(new byte[1]))
                    .isInstanceOf(ReportedException.class)
                    .hasMessage("FATAL 28000: no");
            assertThatThrownBy(() -> messages.send(new byte[1])).isInstanceOf(StreamBrokenException.class);
        }
    }

    @Test
    void deadline_hasOneEndForAll() throws Exception {
        AnswerDeadline deadline = AnswerDeadline.of(SHORT);
        assertThatThrownBy(() -> deadline.await(new CompletableFuture<>())).hasMessage(OVER);
        AnswerDeadline over = AnswerDeadline.of(Duration.ZERO);
        assertThatThrownBy(() -> over.await(new CompletableFuture<>())).isInstanceOf(IOException.class);
        AnswerDeadline minute = AnswerDeadline.of(Duration.ofMinutes(1));
        assertThatThrownBy(() -> minute.await(CompletableFuture.failedFuture(new TimeoutException())))
                .hasMessage("the server did not let us in within 60 s");
        assertThat(over.await(CompletableFuture.completedFuture("in time"))).isEqualTo("in time");
    }
}
