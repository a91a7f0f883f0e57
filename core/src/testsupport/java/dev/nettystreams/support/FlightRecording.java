package dev.nettystreams.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of the library's events, however short, from its making to its closing. */
public final class FlightRecording implements AutoCloseable {
    private static final List<String> DURATIONS =
            List.of("Connection", "ReadPaused", "DrainWaited", "FlushWaited", "Handshake", "LoopHeld");

    private final Recording recording = new Recording();

    /** Records events of any duration. */
    public FlightRecording() {
        this(Duration.ZERO);
    }

    /** @param threshold of the duration events */
    public FlightRecording(Duration threshold) {
        DURATIONS.forEach(name -> recording.enable(full(name)).withThreshold(threshold));
        recording.start();
    }

    private static String full(String name) {
        return "dev.nettystreams." + name;
    }

    /** Returns the events of one kind so far, the oldest first; the recording goes on. */
    public List<RecordedEvent> events(String name) {
        Path file = null;
        try {
            file = Files.createTempFile("recording", ".jfr");
            recording.dump(file);
            try (Stream<RecordedEvent> all = RecordingFile.readAllEvents(file).stream()) {
                return all.filter(event -> event.getEventType().getName().equals(full(name)))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (file != null) {
                file.toFile().delete();
            }
        }
    }

    /** Returns the events of one kind about the connection with a peer. */
    public List<RecordedEvent> events(String name, String peer) {
        return events(name).stream()
                .filter(event -> peer.equals(event.getString("peerAddress")))
                .toList();
    }

    /** Returns the one event of a kind about the connection with a peer. */
    public RecordedEvent event(String name, String peer) {
        List<RecordedEvent> found = events(name, peer);
        assertThat(found).as(name + " of " + peer).hasSize(1);
        return found.get(0);
    }

    @Override
    public void close() {
        recording.close();
    }
}
