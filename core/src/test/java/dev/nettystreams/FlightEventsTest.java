package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.support.FlightRecording;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLHandshakeException;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.ValueDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** O2: what a recording of Flight Recorder tells of a connection. */
class FlightEventsTest {
    private static final AtomicInteger PEERS = new AtomicInteger();
    private static final long HOLD_NANOS = TimeUnit.MILLISECONDS.toNanos(60);

    /** Shorter, because JFR has a clock of its own. */
    private static final Duration HELD = Duration.ofMillis(50);

    private final String peer = "/192.0.2.1:" + PEERS.incrementAndGet();
    private final ScriptedTransport wire = new ScriptedTransport();
    private FlightRecording recording;
    private StreamConnection connection;

    @BeforeEach
    void begin() {
        recording = new FlightRecording();
        connect();
    }

    private void connect() {
        wire.extraInfo.put("peername", peer);
        wire.extraInfo.put("sockname", "/192.0.2.2:80");
        connection = wire.connect(StreamLimits.DEFAULT.withReadLimit(4));
    }

    @AfterEach
    void end() {
        recording.close();
    }

    private void write(int byteCount) {
        wire.loop.run(() -> connection.writer().write(new byte[byteCount]));
        wire.loop.runReady();
    }

    private CompletableFuture<Void> drain() {
        AtomicReference<CompletableFuture<Void>> drained = new AtomicReference<>();
        wire.loop.run(() -> drained.set(connection.writer().drain()));
        wire.loop.runReady();
        return drained.get();
    }

    // ---- the connection

    @Test
    void connection_thatEnds_tellsItsBytesItsLifeAndItsCause() {
        wire.feed("abc");
        write(5);
        wire.lose(new IOException("reset"));
        RecordedEvent event = recording.event("Connection", peer);
        assertThat(event.getString("localAddress")).isEqualTo("/192.0.2.2:80");
        assertThat(event.getLong("bytesRead")).isEqualTo(3);
        assertThat(event.getLong("bytesWritten")).isEqualTo(5);
        assertThat(event.getString("cause")).isEqualTo("connection lost: reset");
        assertThat(event.getDuration()).isPositive();
        assertThat(event.getInstant("openedAt")).isBefore(Instant.now());
    }

    @Test
    void connection_thatOpenedBeforeTheRecording_tellsWhenItOpened() {
        recording.close();
        connect();
        Instant opened = Instant.now();
        recording = new FlightRecording();
        wire.feed("abc");
        connection.abort();
        wire.loop.runReady();
        wire.lose(null);
        RecordedEvent event = recording.event("Connection", peer);
        assertThat(event.getLong("bytesRead")).isEqualTo(3);
        assertThat(event.getString("cause")).isEqualTo("abort() was called");
        assertThat(event.getInstant("openedAt")).isBeforeOrEqualTo(opened);
    }

    @Test
    void connection_thatIsDetached_hasEnded() {
        CompletableFuture<byte[]> detached = connection.detach();
        wire.loop.runReady();
        wire.reportFlushed(wire.tickets.get(0));
        assertThat(detached).isCompleted();
        assertThat(recording.event("Connection", peer).getString("cause")).contains("detach()");
    }

    // ---- backpressure

    @Test
    void drain_thatWaits_isInADumpAtOnce_andAnEventOnceItEnds() {
        wire.isWritable = false;
        write(7);
        CompletableFuture<Void> drained = drain();
        assertThat(drained).isNotDone();
        List<RecordedEvent> open = recording.events("OpenConnection", peer);
        RecordedEvent now = open.get(open.size() - 1);
        assertThat(now.getInt("drainsWaiting")).isEqualTo(1);
        assertThat(now.getLong("pendingBytes")).isEqualTo(7);
        assertThat(now.getDuration("drainWaitingFor")).isPositive();
        assertThat(now.getString("state")).isEqualTo("OPEN");
        assertThat(recording.events("DrainWaited", peer)).isEmpty();
        wire.becomeWritable();
        assertThat(drained).isCompleted();
        RecordedEvent event = recording.event("DrainWaited", peer);
        assertThat(event.getLong("pendingBytes")).isEqualTo(7);
        assertThat(event.getDuration()).isPositive();
        assertThat(event.getString("outcome")).isEqualTo("room");
        assertThat(event.getLong("connectionId")).isEqualTo(now.getLong("connectionId"));
    }

    @Test
    void drain_thatBeganToWaitBeforeTheRecording_isInADump_withItsTime() {
        recording.close();
        wire.isWritable = false;
        drain();
        recording = new FlightRecording();
        List<RecordedEvent> open = recording.events("OpenConnection", peer);
        RecordedEvent now = open.get(open.size() - 1);
        assertThat(now.getInt("drainsWaiting")).isEqualTo(1);
        assertThat(now.getDuration("drainWaitingFor")).isPositive();
    }

    /** Neither a wait for the system nor a pause needs the recording from its beginning. */
    @Test
    void flushAndPause_thatBeganBeforeTheRecording_areInADump_withTheirTimes() {
        recording.close();
        write(7);
        connection.writer().flush();
        wire.feed("123456789");
        wire.loop.runReady();
        recording = new FlightRecording();
        List<RecordedEvent> open = recording.events("OpenConnection", peer);
        RecordedEvent now = open.get(open.size() - 1);
        assertThat(now.getDuration("flushWaitingFor")).isPositive();
        assertThat(now.getBoolean("readPaused")).isTrue();
        assertThat(now.getDuration("readPausedFor")).isPositive();
    }

    @Test
    void drains_thatEndWithTheConnection_tellWhy() {
        wire.isWritable = false;
        drain();
        connection.abort();
        wire.loop.runReady();
        assertThat(recording.event("DrainWaited", peer).getString("outcome")).isEqualTo("abort() was called");
    }

    /** As a piece of a file does, which is flushed before the next one. */
    @Test
    void flush_thatWaits_isInADumpAtOnce_andAnEventOnceItEnds() {
        write(7);
        CompletableFuture<Void> flushed = connection.writer().flush();
        wire.loop.runReady();
        List<RecordedEvent> open = recording.events("OpenConnection", peer);
        assertThat(open.get(open.size() - 1).getDuration("flushWaitingFor")).isPositive();
        wire.reportFlushed(wire.tickets.get(0));
        assertThat(flushed).isCompleted();
        RecordedEvent event = recording.event("FlushWaited", peer);
        assertThat(event.getLong("pendingBytes")).isEqualTo(7);
        assertThat(event.getString("outcome")).isEqualTo("sent");
        connection.writer().flush();
        wire.loop.runReady();
        wire.lose(new IOException("reset"));
        assertThat(recording.events("FlushWaited", peer))
                .extracting(waited -> waited.getString("outcome"))
                .containsExactly("sent", "connection lost: reset");
    }

    @Test
    void pauseOfReading_isInADumpAtOnce_andAnEventOnceItEnds() {
        wire.feed("123456789");
        List<RecordedEvent> open = recording.events("OpenConnection", peer);
        RecordedEvent now = open.get(open.size() - 1);
        assertThat(now.getBoolean("readPaused")).isTrue();
        assertThat(now.getLong("bufferedBytes")).isEqualTo(9);
        assertThat(now.getDuration("readPausedFor")).isPositive();
        wire.loop.run(() -> connection.reader().read(9));
        RecordedEvent event = recording.event("ReadPaused", peer);
        assertThat(event.getLong("bufferedBytes")).isEqualTo(9);
        assertThat(event.getString("outcome")).isEqualTo("resumed");
    }

    /** Reading is paused for the hand-over, not because anybody is slow. */
    @Test
    void pauseForStartTls_isNone() {
        ToyTls tls = new ToyTls(LeftoverPolicy.REFUSE);
        CompletableFuture<TlsSession> secured = connection.writer().startTls(tls);
        wire.loop.runReady();
        assertThat(wire.isPaused).isTrue();
        connection.abort();
        wire.loop.runReady();
        assertThat(secured).isCompletedExceptionally();
        assertThat(recording.events("ReadPaused", peer)).isEmpty();
        assertThat(connection.metrics().readsPaused()).isZero();
    }

    @Test
    void waits_belowTheThreshold_areNotRecorded_butCounted() {
        recording.close();
        recording = new FlightRecording(Duration.ofMinutes(10));
        wire.isWritable = false;
        drain();
        wire.becomeWritable();
        assertThat(recording.events("DrainWaited", peer)).isEmpty();
        assertThat(connection.metrics().drainsWaited()).isEqualTo(1);
    }

    // ---- TLS

    private CompletableFuture<TlsSession> startTls(ToyTls tls) {
        CompletableFuture<TlsSession> secured = connection.writer().startTls(tls);
        wire.loop.runReady();
        wire.reportFlushed(wire.tickets.get(0));
        return secured;
    }

    @Test
    void handshake_thatSucceeds_tellsWhatWasNegotiated() {
        ToyTls tls = new ToyTls(LeftoverPolicy.REFUSE);
        CompletableFuture<TlsSession> secured = startTls(tls);
        wire.loop.run(() -> tls.handshake.complete(ToyTls.SESSION));
        wire.loop.runReady();
        assertThat(secured).isCompleted();
        RecordedEvent event = recording.event("Handshake", peer);
        assertThat(event.getString("engine")).isEqualTo("ToyTls");
        assertThat(event.getString("protocol")).isEqualTo("TLSv1.3");
        assertThat(event.getString("cipherSuite")).isEqualTo("TLS_AES_128_GCM_SHA256");
        assertThat(event.getString("outcome")).isEqualTo("secured");
        assertThat(event.getDuration()).isPositive();
        assertThat(connection.metrics().handshakes()).isEqualTo(1);
        assertThat(connection.metrics().handshakesFailed()).isZero();
    }

    @Test
    void handshake_thatFails_tellsWhy_withinBounds() {
        ToyTls tls = new ToyTls(LeftoverPolicy.REFUSE);
        startTls(tls);
        wire.loop.run(() -> tls.handshake.completeExceptionally(new SSLHandshakeException("no\n" + "x".repeat(5000))));
        wire.loop.runReady();
        String outcome = recording.event("Handshake", peer).getString("outcome");
        assertThat(outcome)
                .startsWith("javax.net.ssl.SSLHandshakeException: no?x")
                .hasSize(200);
        assertThat(connection.metrics().handshakesFailed()).isEqualTo(1);
    }

    @Test
    void handshake_thatIsCancelled_hasFailed() {
        startTls(new ToyTls(LeftoverPolicy.REFUSE)).cancel(false);
        wire.loop.runReady();
        assertThat(recording.event("Handshake", peer).getString("outcome")).isEqualTo("cancelled");
        assertThat(connection.metrics().handshakesFailed()).isEqualTo(1);
    }

    @Test
    void handshake_thatMeetsTheEndOfTheConnection_hasFailed() {
        startTls(new ToyTls(LeftoverPolicy.REFUSE));
        wire.lose(new IOException("reset"));
        assertThat(recording.event("Handshake", peer).getString("outcome")).contains("reset");
        assertThat(connection.metrics().handshakesFailed()).isEqualTo(1);
    }

    // ---- handlers and loops

    @Test
    void handler_thatFails_isNamedByItsException_withinBounds() {
        ConnectionHandler failing = ConnectionHandler.callbacks((reader, writer) -> {
            throw new IllegalArgumentException("line\r\n" + "y".repeat(100_000));
        });
        wire.loop.run(() -> connection.serve(failing, (any, failure) -> {}));
        wire.loop.runReady();
        RecordedEvent event = recording.event("HandlerFailed", peer);
        assertThat(event.getClass("exceptionClass").getName()).isEqualTo(IllegalArgumentException.class.getName());
        assertThat(event.getString("message")).startsWith("line??y").hasSize(200);
    }

    private static void hold() {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < HOLD_NANOS) {
            Thread.onSpinWait();
        }
    }

    @Test
    void callbacks_thatHoldTheLoop_nameTheirConnection() {
        recording.close();
        recording = new FlightRecording(HELD);
        wire.loop.run(() -> connection.reader().read(1).thenRun(FlightEventsTest::hold));
        wire.feed("x");
        wire.loop.run(() -> connection.reader().read(1).thenRun(() -> {}));
        wire.feed("y");
        assertThat(recording.events("LoopHeld", peer)).isNotEmpty().allSatisfy(event -> {
            assertThat(event.getString("heldBy")).isEqualTo("callbacks");
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(HELD);
            assertThat(event.getThread().getJavaName())
                    .isEqualTo(Thread.currentThread().getName());
        });
    }

    @Test
    void task_thatHoldsTheLoop_namesItsConnection_alsoBeforeItsFirstCall() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        recording.close();
        recording = new FlightRecording(HELD);
        CompletableFuture<Void> done = Await.onEventLoop(connection, FlightEventsTest::hold);
        wire.loop.runReady();
        assertThat(done).isCompleted();
        assertHeldByATask();
    }

    /** A task of a task: the connection that it used last is named. */
    @Test
    void taskOfATask_thatHoldsTheLoop_namesTheConnectionThatItUses() {
        assumeThat(Await.isOnEventLoopAvailable()).as("await on the event loop").isTrue();
        recording.close();
        recording = new FlightRecording(HELD);
        CompletableFuture<Void> done = Await.onEventLoop(connection, () -> {
            Await.await(Await.createTask(() -> {
                connection.writer().write(new byte[1]);
                hold();
            }));
        });
        wire.loop.runReady();
        assertThat(done).isCompleted();
        assertHeldByATask();
    }

    private void assertHeldByATask() {
        assertThat(recording.events("LoopHeld", peer)).anySatisfy(event -> {
            assertThat(event.getString("heldBy")).startsWith("netty-streams-task-");
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(HELD);
        });
    }

    // ---- in the terms of JDK Mission Control

    @Test
    void eachEvent_hasALabelADescriptionACategoryAndUnits() {
        List<EventType> ours = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                .filter(type -> type.getName().startsWith("dev.nettystreams."))
                .toList();
        assertThat(ours)
                .extracting(EventType::getName)
                .contains(
                        "dev.nettystreams.Connection",
                        "dev.nettystreams.FlushWaited",
                        "dev.nettystreams.HandlerFailed",
                        "dev.nettystreams.Handshake",
                        "dev.nettystreams.OpenConnection",
                        "dev.nettystreams.ReadPaused",
                        "dev.nettystreams.DrainWaited",
                        "dev.nettystreams.LoopHeld");
        assertThat(ours).allSatisfy(type -> {
            assertThat(type.getLabel()).matches("[A-Z]\\w+( [A-Z]\\w+)*");
            assertThat(type.getDescription()).isNotBlank();
            assertThat(type.getCategoryNames()).hasSize(2).first().isEqualTo("netty-streams");
            assertThat(settingOf(type, "stackTrace")).isEqualTo("false");
            assertThat(type.getFields()).extracting(ValueDescriptor::getLabel).doesNotContainNull();
            assertThat(type.getFields())
                    .filteredOn(field -> field.getName().startsWith("bytes")
                            || field.getName().endsWith("Bytes"))
                    .allSatisfy(field -> assertThat(field.getContentType()).isEqualTo("jdk.jfr.DataAmount"));
        });
    }

    private static String settingOf(EventType type, String name) {
        return type.getSettingDescriptors().stream()
                .filter(setting -> setting.getName().equals(name))
                .map(SettingDescriptor::getDefaultValue)
                .findFirst()
                .orElse("false");
    }

    @Test
    void recordingWithoutSettings_hasTheEvents_withThresholds() {
        recording.close();
        try (Recording plain = new Recording()) {
            plain.start();
            assertThat(plain.getSettings()).isEmpty();
            EventType drains = FlightRecorder.getFlightRecorder().getEventTypes().stream()
                    .filter(type -> type.getName().equals("dev.nettystreams.DrainWaited"))
                    .findFirst()
                    .orElseThrow();
            assertThat(drains.isEnabled()).isTrue();
            assertThat(settingOf(drains, "threshold")).isEqualTo("20 ms");
        }
    }
}
