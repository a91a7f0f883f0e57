package dev.nettystreams.testing;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A transport that passes each call on to another one. Override the methods that a test is about: to count, delay, drop
 * or fail. {@link MemoryOptions#withNearTransport MemoryOptions.withNearTransport} puts it around one end of a pair,
 * and overriding {@link #start start} with {@link ForwardingEvents} changes what that end receives.
 *
 * <pre>{@code
 * final class FlushCount extends ForwardingTransport {
 *     int flushes;
 *
 *     FlushCount(Transport target) {
 *         super(target);
 *     }
 *
 *     @Override
 *     public void flush() {
 *         flushes++;
 *         super.flush();
 *     }
 * }
 * }</pre>
 *
 * <p>The contract of {@link Transport} applies to the subclass: it reports no event from inside a call.
 */
public class ForwardingTransport implements Transport {
    private final Transport target;

    /**
     * Creates a transport around another one.
     *
     * @param target receives each call
     */
    public ForwardingTransport(Transport target) {
        this.target = Objects.requireNonNull(target, "target");
    }

    @Override
    public Loop loop() {
        return target.loop();
    }

    @Override
    public void start(TransportEvents events, int highMarkBytes, int lowMarkBytes) {
        target.start(events, highMarkBytes, lowMarkBytes);
    }

    @Override
    public void pauseReading() {
        target.pauseReading();
    }

    @Override
    public void resumeReading() {
        target.resumeReading();
    }

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        target.write(source, offset, byteCount);
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        target.writeOwned(source);
    }

    @Override
    public Block copyOf(ByteBuffer source) {
        return target.copyOf(source);
    }

    @Override
    public void write(Block source) {
        target.write(source);
    }

    @Override
    public void write(Chunk source) {
        target.write(source);
    }

    @Override
    public void flush() {
        target.flush();
    }

    @Override
    public boolean isWritable() {
        return target.isWritable();
    }

    @Override
    public void setWriteMarks(int highMarkBytes, int lowMarkBytes) {
        target.setWriteMarks(highMarkBytes, lowMarkBytes);
    }

    @Override
    public long pendingByteCount() {
        return target.pendingByteCount();
    }

    @Override
    public void notifyFlushed(long ticket) {
        target.notifyFlushed(ticket);
    }

    @Override
    public boolean canWriteEof() {
        return target.canWriteEof();
    }

    @Override
    public void writeEof() {
        target.writeEof();
    }

    @Override
    public void beginTls() {
        target.beginTls();
    }

    @Override
    public void endOutputBy(OutputEnd end) {
        target.endOutputBy(end);
    }

    @Override
    public boolean finish() {
        return target.finish();
    }

    @Override
    public void close() {
        target.close();
    }

    @Override
    public void abort() {
        target.abort();
    }

    @Override
    public void detach() {
        target.detach();
    }

    @Override
    public @Nullable Object extraInfo(String name) {
        return target.extraInfo(name);
    }
}
