package dev.nettystreams.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.Await;
import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.StreamsPerBackend;
import dev.nettystreams.netty.support.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** O2: a recording of a live server explains why a client is slow, in the words of {@code jfr print}. */
@ExtendWith(NoLeaks.class)
class FlightRecorderTest {
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final String HOLD = "hold\n";

    @RegisterExtension
    static final StreamsPerBackend STREAMS = new StreamsPerBackend(backend -> NettyStreams.create(backend, 1));

    @TempDir
    Path directory;

    static Stream<Wire> wires() {
        return Wire.tcp();
    }

    /** Sends a bulk, and holds its loop when it is told to. */
    private static final class Handler {
        private final CompletableFuture<Void> clogged = new CompletableFuture<>();
        private final byte[] bulk = new byte[16 << 20];

        CompletableFuture<?> callbacks(StreamReader reader, StreamWriter writer) {
            return reader.text(US_ASCII).readLine().thenCompose(line -> {
                if (HOLD.strip().equals(line)) {
                    spin();
                    writer.write("held\n", US_ASCII);
                    return writer.flush();
                }
                writer.writeOwned(ByteBuffer.wrap(bulk));
                CompletableFuture<Void> drained = writer.drain();
                clogged.complete(null);
                return drained;
            });
        }

        private static void spin() {
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < HOLD_NANOS) {
                Thread.onSpinWait();
            }
        }

        void onLoop(StreamReader reader, StreamWriter writer) throws Exception {
            Await.await(reader.readLine());
            spin();
            writer.write("held\n", US_ASCII);
            Await.await(writer.flush());
        }
    }

    /** A client of the JDK's: it sends a line, and reads no answer until it is told to. */
    private static Socket ask(StreamServer server, String line) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.setSoTimeout(20_000);
        client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 20_000);
        client.getOutputStream().write(line.getBytes(US_ASCII));
        return client;
    }

    private static String addressOf(Socket client) {
        return "/127.0.0.1:" + client.getLocalPort();
    }

    @ParameterizedTest
    @MethodSource("wires")
    void liveRecording_namesTheClientThatDoesNotRead_andTheOneThatHoldsTheLoop(Wire wire) throws Exception {
        Handler handler = new Handler();
        StreamServer server = Wire.get(STREAMS.over(wire.backend())
                .startServer(ConnectionHandler.callbacks(handler::callbacks), "127.0.0.1", 0));
        try (Recording recording = new Recording()) {
            recording.start();
            String slowAddress;
            long slowId;
            try (Socket slow = ask(server, "bulk\n");
                    Socket busy = ask(server, HOLD)) {
                slowAddress = addressOf(slow);
                Wire.get(handler.clogged);
                assertThat(busy.getInputStream().readAllBytes()).asString().isEqualTo("held\n"); // and the turn is over
                List<String> live = print(recording);

                String waiting = last(live, "OpenConnection", slowAddress);
                slowId = idOf(waiting);
                assertThat(number(waiting, "drainsWaiting")).isEqualTo(1);
                assertThat(waiting)
                        .containsPattern("pendingBytes = [\\d.,]+ MB")
                        .containsPattern("drainWaitingFor = \\d");

                String held = last(live, "LoopHeld", addressOf(busy));
                assertThat(held).contains("heldBy = \"callbacks\"");
                assertThat(idOf(held)).isNotEqualTo(slowId);

                slow.getInputStream().readNBytes(handler.bulk.length);
                assertThat(slow.getInputStream().read()).isEqualTo(-1);
            }
            server.close();
            Wire.get(server.waitClosed());

            List<String> ended = print(recording);
            String drain = last(ended, "DrainWaited", slowAddress);
            assertThat(drain).contains("outcome = \"room\"").containsPattern("pendingBytes = [\\d.,]+ MB");
            assertThat(idOf(drain)).isEqualTo(slowId);
            String life = last(ended, "Connection", slowAddress);
            assertThat(number(life, "drainsWaited")).isEqualTo(1);
            assertThat(life).contains("cause = \"closed\"").containsPattern("bytesWritten = 16[.,]\\d MB");
        }
    }

    @Test
    void recording_namesTheTaskThatHoldsTheLoop() throws Exception {
        assumeTrue(Await.isOnEventLoopAvailable(), "await on the event loop");
        Handler handler = new Handler();
        StreamServer server =
                Wire.get(STREAMS.over(IoBackend.NIO).startServer(Await.onEventLoop(handler::onLoop), "127.0.0.1", 0));
        try (Recording recording = new Recording()) {
            recording.start();
            try (Socket busy = ask(server, HOLD)) {
                assertThat(busy.getInputStream().readAllBytes()).asString().isEqualTo("held\n"); // and the run is over
                String held = last(print(recording), "LoopHeld", addressOf(busy));
                assertThat(held).containsPattern("heldBy = \"netty-streams-task-\\d+\"");
            }
        }
        server.close();
        Wire.get(server.waitClosed());
    }

    // ---- jfr print

    /** Returns the events so far as the JDK's tool prints them. */
    private List<String> print(Recording recording) throws Exception {
        Path file = directory.resolve("live.jfr");
        Path printed = directory.resolve("printed.txt");
        Path tool = Path.of(System.getProperty("java.home"), "bin", "jfr");
        if (!Files.isExecutable(tool) && !Files.isExecutable(Path.of(tool + ".exe"))) {
            System.out.println("skipped: this JDK has no jfr");
            assumeTrue(false, "no jfr");
        }
        recording.dump(file);
        Process jfr = new ProcessBuilder(tool.toString(), "print", "--events", "dev.nettystreams.*", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            assertThat(jfr.waitFor(50, TimeUnit.SECONDS)).isTrue();
        } finally {
            jfr.destroyForcibly();
        }
        Files.delete(file);
        return Stream.of(Files.readString(printed).split("(?m)^(?=dev\\.nettystreams\\.)", -1))
                .filter(event -> !event.isBlank())
                .toList();
    }

    /** Returns the last event of a kind about a peer. */
    private static String last(List<String> events, String name, String peer) {
        List<String> found = events.stream()
                .filter(event -> event.startsWith("dev.nettystreams." + name + " {")
                        && event.contains("peerAddress = \"" + peer + "\""))
                .toList();
        assertThat(found).as(name + " of " + peer + " in " + events).isNotEmpty();
        return found.get(found.size() - 1);
    }

    private static long idOf(String event) {
        return number(event, "connectionId");
    }

    private static long number(String event, String field) {
        Matcher value = Pattern.compile(field + " = (\\d+)").matcher(event);
        assertThat(value.find()).as(event).isTrue();
        return Long.parseLong(value.group(1));
    }
}
