package dev.nettystreams.spi;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * The wire of a connection, as the streams use it. Every method is called on {@link #loop()}, except {@code loop},
 * {@link #canWriteEof}, {@link #outputRefusal}, {@link #pendingByteCount}, {@link #copyOf copyOf} and
 * {@link #extraInfo extraInfo}, which any thread may call.
 *
 * <p>No method calls {@link TransportEvents} before it has returned: the transport reports the effects of a call in a
 * later task of the loop. The streams rely on this rule, which keeps completions from running in the middle of their
 * methods.
 */
public interface Transport {
    /**
     * Returns the event loop that the connection belongs to.
     *
     * @return the same loop for the transport's whole life
     */
    Loop loop();

    /**
     * Starts the delivery of events. Called once, before any other method. Reading starts unpaused.
     *
     * @param events receives the bytes and the state changes of the connection
     * @param highMarkBytes the write buffer stops being writable above this number of bytes
     * @param lowMarkBytes a write buffer that stopped being writable becomes writable again at this number of bytes or
     *     fewer
     */
    void start(TransportEvents events, int highMarkBytes, int lowMarkBytes);

    /**
     * Stops requesting bytes from the wire. Some may still arrive: bytes already under way, and bytes before the end of
     * the input.
     */
    void pauseReading();

    /** Requests bytes from the wire again. */
    void resumeReading();

    /**
     * Appends a copy of the bytes to the write buffer. After the connection is lost, discards the bytes: the loss is
     * reported as an event.
     *
     * @param source the array that holds the bytes; the caller may change it afterwards
     * @param offset the index of the first byte
     * @param byteCount the number of bytes
     */
    void write(byte[] source, int offset, int byteCount);

    /**
     * Appends bytes to the write buffer and takes ownership of the memory: neither side changes it any more.
     *
     * @param source the buffer that holds the bytes between its position and limit
     */
    void writeOwned(ByteBuffer source);

    /**
     * Copies bytes into memory that {@link #write(Block)} can send without another copy. Any thread may call it.
     *
     * @param source the buffer that holds the bytes between its position and limit; its position moves to the limit
     * @return a block that the caller owns; the default is on the heap
     */
    default Block copyOf(ByteBuffer source) {
        return OwnBlock.copyOf(source);
    }

    /**
     * Appends a block to the write buffer and takes it over, also if this method throws. After the connection is lost,
     * releases it. The default passes a heap block to {@link #writeOwned writeOwned}, and a copy of any other.
     *
     * @param source the block, of this transport, of another one, or on the heap
     */
    default void write(Block source) {
        if (source instanceof OwnBlock own) {
            writeOwned(own.source());
            return;
        }
        OwnBlock copy;
        try {
            copy = OwnBlock.copyOf(source.bytes());
        } finally {
            source.release();
        }
        writeOwned(copy.source());
    }

    /**
     * Takes the remaining bytes of a chunk and appends them to the write buffer. A transport that recognizes the
     * chunk's memory may keep a reference instead of a copy.
     *
     * @param source a chunk that is currently valid
     */
    void write(Chunk source);

    /**
     * Appends part of a file to the write buffer, to be sent without passing through memory (zero copy). Like written
     * bytes, it counts into {@link #pendingByteCount} and {@link #isWritable}, and {@link #notifyFlushed} waits for it.
     * Neither moves the file's position nor closes the file. If the file turns out to be shorter, the output fails.
     *
     * @param file a file that was open for reading, and at least {@code position + byteCount} bytes long
     * @param position the index of the first byte in the file
     * @param byteCount the number of bytes, one or more
     * @return false if this transport cannot do that, now or ever: the caller then reads the file and writes its bytes
     */
    default boolean writeFile(FileChannel file, long position, int byteCount) {
        return false;
    }

    /** Starts handing the written bytes to the operating system. */
    void flush();

    /**
     * Returns whether the write buffer has room: false from the moment it rises above the high mark until it falls to
     * the low mark.
     *
     * @return true if no writer needs to wait
     */
    boolean isWritable();

    /**
     * Changes the marks that {@link #start start} set. A write buffer that holds no more than the new low mark becomes
     * writable at once, and one that holds more than the new high mark stops being writable: the streams ask
     * {@link #isWritable} behind this call, and the transport reports neither.
     *
     * @param highMarkBytes the write buffer stops being writable above this number of bytes
     * @param lowMarkBytes a write buffer that stopped being writable becomes writable again at this number of bytes or
     *     fewer
     */
    void setWriteMarks(int highMarkBytes, int lowMarkBytes);

    /**
     * Returns the number of written bytes that the operating system has not taken yet. On another thread than the
     * loop's, the number is an estimate.
     *
     * @return the number of bytes; a transport may include its own overhead
     */
    long pendingByteCount();

    /**
     * Requests one {@link TransportEvents#flushed} event when the operating system has taken all bytes written before
     * this call. If those bytes are lost, the loss is reported instead. Implies {@link #flush()}.
     *
     * @param ticket the number to pass back in the event
     */
    void notifyFlushed(long ticket);

    /**
     * Returns whether {@link #writeEof} is supported: the output can be ended while the input goes on.
     *
     * @return false if the protocol has no half-close
     */
    boolean canWriteEof();

    /**
     * Returns why the connection has no output, for transports of one direction. The streams refuse every write with
     * these words, and {@link #writeEof} is not called. Constant, and known before {@link #start start}.
     *
     * @return the reason, such as {@code "/run/in is not open for writing"}; null, the default, if there is an output
     */
    default @Nullable String outputRefusal() {
        return null;
    }

    /**
     * Ends the output after all bytes written before. Called at most once, and not after {@code finish} or
     * {@code abort}.
     */
    void writeEof();

    /**
     * Announces that TLS is spoken over this wire from now on, so that a FIN without a close_notify would be a
     * truncation. {@link #canWriteEof} is false from here on, until {@link #endOutputBy endOutputBy} says otherwise.
     * The TLS layer is added next ({@link dev.nettystreams.TlsUpgrade#apply TlsUpgrade.apply}). Called when everything
     * written before has been sent; called again for TLS in TLS.
     */
    void beginTls();

    /**
     * Gives the transport the output end of a protocol layer above its wire. The layer calls this when it is
     * established. The ends of several layers are sent innermost first, that is, in the reverse order of these calls.
     *
     * @param end the output end of the layer
     */
    void endOutputBy(OutputEnd end);

    /**
     * Sends everything written, however long that takes, and ends the output for good: with the ends of the layers and
     * a FIN. {@link TransportEvents#outputFinished} follows, or the loss of the connection. Input is still delivered.
     *
     * @return true if the peer can see the end and answer it with its own; false if only closing the connection tells
     *     the peer
     */
    boolean finish();

    /**
     * Closes the connection at once. Called after {@link TransportEvents#outputFinished};
     * {@link TransportEvents#connectionLost TransportEvents.connectionLost} follows.
     */
    void close();

    /**
     * Discards unsent bytes and closes the connection at once.
     * {@link TransportEvents#connectionLost TransportEvents.connectionLost} follows.
     */
    void abort();

    /**
     * Stops delivering events for good and leaves the wire open for its next owner, with reading paused. Everything
     * written has been handed over before.
     */
    void detach();

    /**
     * Looks up a fact about the connection by its name in asyncio, such as {@code peername} or {@code sockname}, or by
     * a name of the transport's own.
     *
     * @param name the fact's name
     * @return the fact, or null if this transport does not know it
     */
    @Nullable
    Object extraInfo(String name);
}
