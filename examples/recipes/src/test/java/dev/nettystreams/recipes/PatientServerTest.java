package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.Await;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Five minutes of silence take no time here: the loop's clock stands still until the test advances it. */
class PatientServerTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);

    @BeforeEach
    void serve() {
        if (!Await.isOnEventLoopAvailable()) {
            System.out.println("skipped: await on the event loop needs Java 21");
        }
        assumeTrue(Await.isOnEventLoopAvailable(), "needs await on the event loop");
        pair.near().serve(Await.onEventLoop(PatientServer::serve), FailureReporter.LOGGING);
        loop.runReady();
    }

    private String received() {
        CompletableFuture<String> text = pair.far().reader().text(UTF_8).read(100);
        loop.runReady();
        return text.getNow("nothing");
    }

    private String answerTo(String line) {
        pair.far().writer().write(line + "\n", UTF_8);
        return received();
    }

    @Test
    void silentClient_isAsked_andLeft() {
        loop.advance(Duration.ofSeconds(299));
        CompletableFuture<String> question = pair.far().reader().text(UTF_8).readLine();
        loop.runReady();
        assertThat(question).isNotDone();
        loop.advance(Duration.ofSeconds(1));
        assertThat(question).isCompletedWithValue("are you there?");
        loop.advance(Duration.ofSeconds(10));
        assertThat(received()).isEqualTo("goodbye\n");
        assertThat(received()).as("EOF").isEmpty();
    }

    @Test
    void clientThatAnswers_hasFiveMinutesMore() {
        loop.advance(Duration.ofMinutes(5));
        assertThat(received()).isEqualTo("are you there?\n");
        assertThat(answerTo("yes")).isEqualTo("you said yes\n");
        loop.advance(Duration.ofSeconds(299));
        assertThat(answerTo("still")).isEqualTo("you said still\n");
    }
}
