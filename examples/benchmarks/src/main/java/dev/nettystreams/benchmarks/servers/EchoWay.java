package dev.nettystreams.benchmarks.servers;

/** The ways in which a program of this library passes on bytes that it may look at. */
enum EchoWay {
    /** {@code read} and {@code write}: an array for each block. */
    ARRAYS,
    /** {@code readInto} and {@code write(ByteBuffer)}: one buffer for the whole connection. */
    INTO,
    /** {@code borrow} and {@code write(BorrowedBytes)}: the received memory itself. */
    BORROW
}
