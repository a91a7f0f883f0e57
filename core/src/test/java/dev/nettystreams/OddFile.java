package dev.nettystreams;

import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file that is not the JDK's: each read fills at most a number of bytes, and claims another number. */
final class OddFile extends FileChannel {
    private final int size;
    private final int filledByteCount;
    private final int claimedByteCount;

    OddFile(int size, int filledByteCount, int claimedByteCount) {
        this.size = size;
        this.filledByteCount = filledByteCount;
        this.claimedByteCount = claimedByteCount;
    }

    @Override
    public int read(ByteBuffer target, long position) {
        target.put(new byte[Math.min(filledByteCount, target.remaining())]);
        return claimedByteCount;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    protected void implCloseChannel() {}

    private static UnsupportedOperationException notForThisTest() {
        return new UnsupportedOperationException("not for this test");
    }

    @Override
    public int read(ByteBuffer target) {
        throw notForThisTest();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw notForThisTest();
    }

    @Override
    public int write(ByteBuffer source) {
        throw notForThisTest();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw notForThisTest();
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw notForThisTest();
    }

    @Override
    public long position() {
        throw notForThisTest();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw notForThisTest();
    }

    @Override
    public FileChannel truncate(long newSize) {
        throw notForThisTest();
    }

    @Override
    public void force(boolean metaData) {
        throw notForThisTest();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw notForThisTest();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw notForThisTest();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long byteCount) {
        throw notForThisTest();
    }

    @Override
    public FileLock lock(long position, long byteCount, boolean isShared) {
        throw notForThisTest();
    }

    @Override
    public FileLock tryLock(long position, long byteCount, boolean isShared) {
        throw notForThisTest();
    }
}
