package dev.nettystreams;

import dev.nettystreams.spi.Chunk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;

/** A read of a number with a fixed width. */
final class NumberRequest<T extends Number> extends ReadRequest<T> {
    private final int byteCount;
    private final ByteOrder order;
    private final Function<ByteBuffer, T> number;

    /** @param number gets the number from a buffer in the given order */
    NumberRequest(String name, int byteCount, ByteOrder order, Function<ByteBuffer, T> number) {
        super(name);
        this.byteCount = byteCount;
        this.order = order;
        this.number = number;
    }

    @Override
    boolean isReady(ByteQueue queue) {
        return queue.size() >= byteCount;
    }

    @Override
    T take(ByteQueue queue) {
        return of(queue.take(byteCount));
    }

    @Override
    T takeAtEof(ByteQueue queue) throws IncompleteReadException {
        throw incomplete(queue, byteCount);
    }

    @Override
    int directByteCount() {
        return byteCount;
    }

    @Override
    T takeDirectly(Chunk chunk) {
        byte[] bytes = new byte[byteCount];
        chunk.take(bytes, 0, byteCount);
        return of(bytes);
    }

    private T of(byte[] bytes) {
        return number.apply(ByteBuffer.wrap(bytes).order(order));
    }
}
