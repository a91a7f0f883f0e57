package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import dev.nettystreams.testing.ManualLoop;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transport that does nothing by itself: it records calls in {@link #calls} and bytes in {@link #written}, and
 * reports the events that the test asks for, each in a task of the loop, after which it runs all ready tasks.
 */
final class ScriptedTransport implements Transport {
    final ManualLoop loop;
    final List<String> calls = new ArrayList<>();
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final List<Long> tickets = new ArrayList<>();
    final Map<String, Object> extraInfo = new HashMap<>();
    boolean isPaused;
    boolean isWritable = true;
    boolean canWriteEof = true;
    boolean tellsThePeerOfItsEnd = true;
    int highMarkBytes;

    /** Runs whenever bytes are taken from a chunk: between the check of a read and its completion. */
    Runnable beforeTake = () -> {};

    /** Runs whenever a chunk is used in any way. */
    Runnable beforeUse = () -> {};

    /** Whether a flush makes room, as it mostly does on a socket. */
    boolean isWritableAfterFlush;

    /** Runs whenever owned bytes are written: for a transport that cannot take them. */
    Runnable beforeWrite = () -> {}; // of what is given away

    Runnable beforeCopy = () -> {};

    private byte[] scratch = {};
    private @Nullable TransportEvents events;

    ScriptedTransport() {
        this(new ManualLoop());
    }

    ScriptedTransport(ManualLoop loop) {
        this.loop = loop;
    }

    /** Streams over this transport, started. */
    StreamConnection connect(StreamLimits limits) {
        StreamConnection connection = StreamConnection.over(this, limits);
        loop.runReady();
        return connection;
    }

    StreamConnection connect() {
        return connect(StreamLimits.DEFAULT);
    }

    // ---- events

    void feed(byte[] bytes) {
        if (bytes.length > 0) {
            report(() -> {
                events().dataReceived(new ArrayChunk(bytes));
                events().turnEnded();
            });
        }
    }

    void feed(String text) {
        feed(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Feeds a chunk whose memory is the block's. */
    void feedHeld(CountedBlock block) {
        report(() -> {
            events().dataReceived(new ArrayChunk(new byte[block.byteCount()]) {
                @Override
                public Block takeBlock(int byteCount) {
                    skip(byteCount);
                    return block;
                }
            });
            events().turnEnded();
        });
    }

    Chunk chunk(byte[] bytes) {
        return new ArrayChunk(bytes);
    }

    Chunk chunk(String text) {
        return new ArrayChunk(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void eof() {
        report(() -> events().eofReceived());
    }

    void lose(@Nullable Throwable cause) {
        report(() -> events().connectionLost(cause));
    }

    void failOutput(Throwable cause) {
        isWritable = false;
        report(() -> events().outputFailed(cause));
    }

    void becomeWritable() {
        isWritable = true;
        report(() -> events().writable());
    }

    void finishOutput() {
        report(() -> events().outputFinished());
    }

    void reportFlushed(long ticket) {
        report(() -> events().flushed(ticket));
    }

    void report(Runnable event) {
        loop.run(event);
        loop.runReady();
    }

    TransportEvents events() {
        TransportEvents started = events;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    String writtenText() {
        return written.toString(StandardCharsets.ISO_8859_1);
    }

    /** Returns the number of calls of a method. */
    long count(String method) {
        return calls.stream().filter(method::equals).count();
    }

    // ---- calls of the streams

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        this.highMarkBytes = highMarkBytes;
        this.events = events;
        note("start");
    }

    @Override
    public void pauseReading() {
        note("pauseReading");
        isPaused = true;
    }

    @Override
    public void resumeReading() {
        note("resumeReading");
        isPaused = false;
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        note("write");
        beforeCopy.run();
        written.write(source, offset, byteCount);
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        note("writeOwned");
        beforeWrite.run();
        int byteCount = source.remaining();
        source.get(scratch(byteCount), 0, byteCount);
        written.write(scratch, 0, byteCount);
    }

    @Override
    public void write(Chunk source) {
        note("writeChunk");
        int byteCount = source.remaining();
        source.take(scratch(byteCount), 0, byteCount);
        written.write(scratch, 0, byteCount);
    }

    /** Returns the same array each time, so that a test of allocated bytes sees those of the streams. */
    private byte[] scratch(int byteCount) {
        if (scratch.length < byteCount) {
            scratch = new byte[byteCount];
        }
        return scratch;
    }

    @Override
    public void flush() {
        note("flush");
        isWritable |= isWritableAfterFlush;
    }

    @Override
    public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {
        calls.add("setWriteMarks");
        this.highMarkBytes = highMarkBytes;
    }

    @Override
    public boolean isWritable() {
        return isWritable;
    }

    @Override
    public long pendingByteCount() {
        return written.size();
    }

    @Override
    public void notifyFlushed(long ticket) {
        note("notifyFlushed");
        tickets.add(ticket);
    }

    @Override
    public void beginTls() {
        note("beginTls");
        canWriteEof = false;
    }

    @Override
    public void endOutputBy(OutputEnd end) {
        note("endOutputBy");
        canWriteEof = end.isHalfClose();
    }

    @Override
    public boolean finish() {
        note("finish");
        return tellsThePeerOfItsEnd;
    }

    @Override
    public boolean canWriteEof() {
        return canWriteEof;
    }

    @Override
    public void writeEof() {
        note("writeEof");
    }

    @Override
    public void close() {
        note("close");
    }

    @Override
    public void abort() {
        note("abort");
    }

    @Override
    public void detach() {
        note("detach");
    }

    @Override
    public @Nullable Object extraInfo(String name) {
        return extraInfo.get(name);
    }

    private void note(String call) {
        if (!loop.isCurrent()) {
            throw new AssertionError(call + "() called off the loop");
        }
        calls.add(call);
    }

    private class ArrayChunk implements Chunk {
        private final ByteBuffer bytes;

        ArrayChunk(byte[] bytes) {
            this.bytes = ByteBuffer.wrap(bytes.clone());
        }

        @Override
        public int remaining() {
            beforeUse.run();
            return bytes.remaining();
        }

        @Override
        public void take(byte[] target, int offset, int byteCount) {
            beforeUse.run();
            beforeTake.run();
            bytes.get(target, offset, byteCount);
        }

        @Override
        public void take(ByteBuffer target) {
            beforeUse.run();
            beforeTake.run();
            ByteBuffer window = bytes.slice(bytes.position(), target.remaining());
            bytes.position(bytes.position() + target.remaining());
            target.put(window);
        }

        @Override
        public void skip(int byteCount) {
            beforeUse.run();
            bytes.position(bytes.position() + byteCount);
        }
    }
}
