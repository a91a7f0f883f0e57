package dev.nettystreams;

import dev.nettystreams.spi.Block;
import dev.nettystreams.spi.Chunk;
import dev.nettystreams.spi.Loop;
import dev.nettystreams.spi.OutputEnd;
import dev.nettystreams.spi.Transport;
import dev.nettystreams.spi.TransportEvents;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Counts the bytes that pass to a transport, at the one border that every written byte crosses, and passes each call
 * on.
 *
 * <p>Confined to the connection's loop, as the transport is.
 */
final class CountedTransport implements Transport {
    private final Transport target;
    private final ConnectionMetrics metrics;

    CountedTransport(Transport target, ConnectionMetrics metrics) {
        this.target = target;
        this.metrics = metrics;
    }

    // ---- counted, before the peer can have read them

    @Override
    public void write(byte[] source, int offset, int byteCount) {
        metrics.written(byteCount);
        target.write(source, offset, byteCount);
    }

    @Override
    public void writeOwned(ByteBuffer source) {
        metrics.written(source.remaining());
        target.writeOwned(source);
    }

    @Override
    public void write(Block source) {
        metrics.written(source.byteCount());
        target.write(source);
    }

    @Override
    public void write(Chunk source) {
        metrics.written(source.remaining());
        target.write(source);
    }

    @Override
    public boolean writeFile(FileChannel file, long position, int byteCount) {
        boolean isTaken = target.writeFile(file, position, byteCount);
        if (isTaken) {
            metrics.written(byteCount);
        }
        return isTaken;
    }

    // ---- passed on

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
    public Block copyOf(ByteBuffer source) {
        return target.copyOf(source);
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
    public @Nullable String outputRefusal() {
        return target.outputRefusal();
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

    @Override
    public String toString() {
        return target.toString();
    }
}
