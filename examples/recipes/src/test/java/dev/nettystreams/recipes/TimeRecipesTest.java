package dev.nettystreams.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.Await;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timeouts, in a time that the test turns. */
@Timeout(60)
class TimeRecipesTest {
    private final ManualLoop loop = new ManualLoop();
    private final MemoryPair pair = MemoryStreams.pair(loop);

    private static void requireTasksOnTheLoop() {
        if (!Await.isOnEventLoopAvailable()) {
            System.out.println("skipped: await on the event loop needs Java 21");
        }
        assumeTrue(Await.isOnEventLoopAvailable(), "needs await on the event loop");
    }

    private void send(String text) {
        pair.far().writer().write(text, UTF_8);
        loop.runReady();
    }

    private String received() {
        CompletableFuture<String> text = pair.far().reader().text(UTF_8).read(100);
        loop.runReady();
        return text.getNow("nothing");
    }

    @BeforeEach
    void begin() {
        loop.runReady();
    }

    @Test
    void oneOperation_thatTimesOut_consumesNothing() {
        requireTasksOnTheLoop();
        CompletableFuture<String> line = Await.onEventLoop(
                pair.near(), () -> TimeLimits.lineWithin(pair.near().reader(), Duration.ofSeconds(10)));
        send("half a ");
        loop.advance(Duration.ofSeconds(10));
        assertThat(line).isCompletedWithValue(null);
        CompletableFuture<String> again = Await.onEventLoop(
                pair.near(), () -> TimeLimits.lineWithin(pair.near().reader(), Duration.ofSeconds(10)));
        send("line\n");
        assertThat(again).isCompletedWithValue("half a line");
    }

    @Test
    void severalSteps_haveOneTimeout() {
        requireTasksOnTheLoop();
        CompletableFuture<String> login =
                Await.onEventLoop(pair.near(), () -> TimeLimits.login(pair.near(), Duration.ofSeconds(10)));
        loop.advance(Duration.ofSeconds(6));
        send("challenge\n");
        assertThat(received()).isEqualTo("user\npassword challenge\n");
        loop.advance(Duration.ofSeconds(4));
        assertThatThrownBy(login::join).hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void read_isCalledOff() throws Exception {
        requireTasksOnTheLoop();
        CompletableFuture<String> outcome = Await.onEventLoop(
                pair.near(), () -> TimeLimits.changedMind(pair.near().reader()));
        loop.runReady();
        assertThat(outcome).isCompletedWithValue("called off, and consumed nothing");
        send("the next reader's\n");
        CompletableFuture<String> faster = Await.onEventLoop(
                pair.near(), () -> TimeLimits.changedMind(pair.near().reader()));
        loop.runReady();
        assertThat(faster).isCompletedWithValue("the line was faster: the next reader's\n");
    }

    @Test
    void program_logsIn() throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = streams.startServer(
                            (reader, writer) -> {
                                Await.await(reader.readLine());
                                writer.write("challenge\n", UTF_8);
                                writer.write(
                                        "welcome to "
                                                + Await.await(reader.text(UTF_8).readLine()) + "\n",
                                        UTF_8);
                            },
                            "127.0.0.1",
                            0)
                    .get(20, TimeUnit.SECONDS);
            assertThat(Printed.by(() -> TimeLimits.main(new String[] {Integer.toString(server.port())})))
                    .containsExactly("welcome to password challenge");
        }
    }
}
