package dev.nettystreams.netty;

import static dev.nettystreams.Await.await;
import static dev.nettystreams.netty.support.Wire.channelOf;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A4: tasks that always have work, on the loop that they share with an echo server. If they did not yield, Netty would
 * serve its sockets once a second, and the echoes would not arrive within the deadline of a test.
 */
@Timeout(30)
@ExtendWith(NoLeaks.class)
class OnLoopFairnessTest {
    /** At one a second they would take longer than the timeout. */
    private static final int ECHOES = 50;

    private static final byte[] GREEDY = "greedy\n".getBytes(US_ASCII);

    private final AtomicBoolean isOver = new AtomicBoolean();

    static Stream<Wire> all() {
        return Wire.all();
    }

    @BeforeAll
    static void needsTheOption() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
    }

    /** On the event loop: an echo, or the behaviour that the first line of a client asks for. */
    private static ConnectionHandler echoOr(ConnectionHandler greed) {
        return Await.onEventLoop((reader, writer) -> {
            for (byte[] line : reader.lines()) {
                if (Arrays.equals(line, GREEDY)) {
                    writer.write(line);
                    greed.handle(reader, writer);
                    return;
                }
                writer.write(line);
            }
        });
    }

    private static void echo(StreamConnection client, byte[] line) throws Exception {
        client.writer().write(line);
        assertThat(Wire.get(client.reader().readLine())).isEqualTo(line);
    }

    /** @param feed the client of the greedy handler, on a thread of its own, until its connection is gone */
    private void assertEchoesBeside(Wire wire, ConnectionHandler greed, ConnectionHandler feed) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                NettyStreams others = NettyStreams.create(wire.backend(), 1)) {
            Wire.Served served = wire.serve(streams, echoOr(greed));
            Wire.Served outside = new Wire.Served(wire, others, served.server(), served.path());
            StreamConnection client = outside.connect();
            StreamConnection greedy = outside.connect();
            echo(greedy, GREEDY);
            Thread feeder = new Thread(() -> {
                try {
                    feed.handle(greedy.reader(), greedy.writer());
                } catch (Exception e) {
                    // its connection has ended
                }
            });
            feeder.start();
            for (int i = 0; i < ECHOES; i++) {
                echo(client, "x\n".getBytes(US_ASCII));
            }
            isOver.set(true);
            client.abort();
            greedy.abort();
            feeder.join();
            Wire.get(served.server().shutdown(Duration.ZERO));
        }
    }

    @SuppressWarnings("ThreadPriorityCheck") // it is what is tested
    private void yieldOnAndOn(StreamReader reader, StreamWriter writer) {
        while (!isOver.get()) {
            Thread.yield();
        }
    }

    private void drainOnAndOn(StreamReader reader, StreamWriter writer) throws Exception {
        while (!isOver.get()) {
            await(writer.drain());
        }
    }

    private void wakeOneAnother(StreamReader reader, StreamWriter writer) throws Exception {
        Semaphore mine = new Semaphore(0);
        Semaphore yours = new Semaphore(0);
        CompletableFuture<Void> other = Await.createTask(() -> {
            while (!isOver.get()) {
                yours.acquire();
                mine.release();
            }
            return null;
        });
        while (!isOver.get()) {
            yours.release();
            mine.acquire();
        }
        yours.release();
        await(other);
    }

    private static void readLines(StreamReader reader, StreamWriter writer) throws Exception {
        while (await(reader.readLine()).length > 0) {
            // and the next
        }
    }

    private static void writeLines(StreamReader reader, StreamWriter writer) throws Exception {
        byte[] lines = "\n".repeat(1 << 16).getBytes(US_ASCII);
        while (!writer.isClosing()) {
            writer.write(lines);
            await(writer.drain());
        }
    }

    private static void nothing(StreamReader reader, StreamWriter writer) {}

    @ParameterizedTest
    @MethodSource("all")
    void taskThatYields(Wire wire) throws Exception {
        assertEchoesBeside(wire, this::yieldOnAndOn, OnLoopFairnessTest::nothing);
    }

    @ParameterizedTest
    @MethodSource("all")
    void taskWhoseOperationsAreAllDone(Wire wire) throws Exception {
        assertEchoesBeside(wire, this::drainOnAndOn, OnLoopFairnessTest::nothing);
    }

    @ParameterizedTest
    @MethodSource("all")
    void tasksThatWakeOneAnother(Wire wire) throws Exception {
        assertEchoesBeside(wire, this::wakeOneAnother, OnLoopFairnessTest::nothing);
    }

    @ParameterizedTest
    @MethodSource("all")
    void taskWithMillionsOfLines(Wire wire) throws Exception {
        assertEchoesBeside(wire, OnLoopFairnessTest::readLines, OnLoopFairnessTest::writeLines);
    }

    @ParameterizedTest
    @MethodSource("all")
    @SuppressWarnings("ThreadPriorityCheck") // it is what is tested
    void taskThatIsAlwaysReady_letsItsLoopEnd_andMeetsFailuresThen(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
            Wire.Pair pair = wire.pair(streams);
            Channel channel = channelOf(pair.server());
            EventLoopGroup group = channel.eventLoop().parent();
            CompletableFuture<Void> begun = new CompletableFuture<>();
            CompletableFuture<Void> task = Await.onEventLoop(pair.server(), () -> {
                begun.complete(null);
                while (true) {
                    Thread.yield();
                    await(pair.server().reader().readAvailable());
                    await(pair.server().writer().drain());
                }
            });
            Wire.get(begun);
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            assertThat(group.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            assertThat(Wire.failureOf(task)).isInstanceOf(StreamBrokenException.class);
        }
    }
}
