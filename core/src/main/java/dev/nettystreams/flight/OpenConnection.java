package dev.nettystreams.flight;

import java.util.List;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.Timespan;
import jdk.jfr.Timestamp;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is open now: what a live recording knows of a wait that has not ended. JFR asks for it at the
 * beginning and at the end of each chunk of a recording, and so at each dump.
 */
@Name("dev.nettystreams.OpenConnection")
@Label("Open Connection")
@Description("The state of a connection that is open, at the beginning and the end of a chunk of the recording")
@Category({ConnectionEvent.GROUP, "Connections"})
@Period("everyChunk")
final class OpenConnection extends ConnectionEvent {
    private static final OpenConnection SWITCH = new OpenConnection();

    /** Registered at once, so that tools show them before the first of each has happened. */
    private static final List<Class<? extends Event>> EVENTS = List.of(
            ConnectionLife.class,
            DrainWaited.class,
            FlushWaited.class,
            HandlerFailed.class,
            Handshake.class,
            LoopHeld.class,
            ReadPaused.class);

    @Label("State")
    @Nullable
    String state;

    @Label("Opened At")
    @Timestamp(Timestamp.MILLISECONDS_SINCE_EPOCH)
    long openedAt;

    @Label("Bytes Read")
    @DataAmount
    long bytesRead;

    @Label("Bytes Written")
    @DataAmount
    long bytesWritten;

    @Label("Buffered Bytes")
    @Description("Bytes that have arrived, and that no read has taken")
    @DataAmount
    long bufferedBytes;

    @Label("Pending Bytes")
    @Description("Bytes that the program has written, and that the operating system has not taken")
    @DataAmount
    long pendingBytes;

    @Label("Read Paused")
    @Description("Whether reading is paused because the program reads more slowly than the peer sends")
    boolean readPaused;

    @Label("Read Paused For")
    @Description("N/A if reading goes on")
    @Timespan
    long readPausedFor;

    @Label("Drains Waiting")
    @Description("How many calls of drain have waited since the write buffer filled, the called-off ones included")
    int drainsWaiting;

    @Label("Drain Waiting For")
    @Description("N/A if no drain waits")
    @Timespan
    long drainWaitingFor;

    @Label("Flush Waiting For")
    @Description("N/A if no flush and no piece of a file waits")
    @Timespan
    long flushWaitingFor;

    static boolean isOn() {
        return SWITCH.isEnabled();
    }

    /**
     * Has JFR call for the events once a recording starts. Asking JFR directly would initialize it, which takes longer
     * than opening many connections.
     */
    static void installHook() {
        FlightRecorder.addListener(new FlightRecorderListener() {
            @Override
            public void recorderInitialized(FlightRecorder recorder) {
                EVENTS.forEach(FlightRecorder::register);
                FlightRecorder.addPeriodicEvent(OpenConnection.class, OpenConnection::recordAll);
            }
        });
    }

    private static void recordAll() {
        if (isOn()) {
            OpenConnections.snapshot().forEach(OpenConnection::record);
        }
    }

    private static void record(Recorded connection) {
        OpenConnection event = new OpenConnection();
        event.describe(connection);
        event.state = connection.state();
        event.openedAt = connection.openedMillis();
        event.bytesRead = connection.bytesRead();
        event.bytesWritten = connection.bytesWritten();
        event.bufferedBytes = connection.bufferedByteCount();
        event.pendingBytes = connection.pendingByteCount();
        event.readPaused = connection.isReadPaused();
        event.readPausedFor = connection.pausedNanos();
        event.drainsWaiting = connection.drainsWaiting();
        event.drainWaitingFor = connection.waitingNanos();
        event.flushWaitingFor = connection.flushingNanos();
        event.commit();
    }
}
