package dev.nettystreams.spi;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A connection's wire, as the streams see it. Every method is called on {@link #loop()}, save {@code loop},
 * {@link #canWriteEof} and {@link #extraInfo}, which any thread may call.
 *
 * <p>No method calls a {@link TransportEvents} before it has returned: what it causes is reported by a later task of
 * the loop. The streams rely on it; it is what keeps completions from running in the middle of their methods.
 */
public interface Transport {
    /**
     * The loop that the connection belongs to.
     *
     * @return the same object for the transport's whole life
     */
    Loop loop();

    /**
     * Begins to deliver events; called once, before any other method. Reading starts unpaused.
     *
     * @param events where received bytes and changes of state go
     * @param highMarkBytes a write buffer with more bytes than this is not writable
     * @param lowMarkBytes a write buffer that was not writable becomes so at this many bytes or fewer
     */
    void start(TransportEvents events, int highMarkBytes, int lowMarkBytes);

    /** Stops asking the wire for bytes. Some may still come: what was under way, and what precedes an end of input. */
    void pauseReading();

    /** Asks the wire for bytes again. */
    void resumeReading();

    /**
     * Appends a copy of the bytes to the write buffer. After a loss the bytes are dropped: the loss is reported as an
     * event.
     *
     * @param source where the bytes are; the caller may change it afterwards
     * @param offset index of the first
     * @param byteCount how many
     */
    void write(byte[] source, int offset, int byteCount);

    /**
     * Appends bytes to the write buffer, taking the memory over: neither side changes it any more.
     *
     * @param source the bytes between its position and its limit
     */
    void writeOwned(ByteBuffer source);

    /**
     * Appends what remains of a chunk to the write buffer, and takes it from the chunk. A transport that knows the
     * chunk's memory may keep a reference instead of a copy.
     *
     * @param source a chunk that is valid now
     */
    void write(Chunk source);

    /** Starts to hand what was written to the operating system. */
    void flush();

    /**
     * Whether a writer may go on: false from when the buffer rose above the high mark until it is at the low mark.
     *
     * @return true if nobody needs to wait
     */
    boolean isWritable();

    /**
     * How many written bytes the operating system has not taken yet.
     *
     * @return the number of bytes; a transport may count its own overhead in
     */
    long pendingByteCount();

    /**
     * Asks to be told once when all that was written before this call is in the operating system's hands. It is told by
     * {@link TransportEvents#flushed}; when the bytes are lost the loss is told instead. Implies {@link #flush()}.
     *
     * @param ticket returned as it is
     */
    void notifyFlushed(long ticket);

    /**
     * Whether {@link #writeEof} is possible: the output can be ended while the input goes on.
     *
     * @return false where the protocol knows no half-close
     */
    boolean canWriteEof();

    /**
     * Ends the output after all that was written before. Called at most once, and not after {@code
     * finish} or {@code abort}.
     */
    void writeEof();

    /**
     * Tells that from now on TLS is spoken over this wire: a FIN without TLS's own end would be a truncation.
     * {@link #canWriteEof} is false from here on, until {@link #endOutputBy} says otherwise. The TLS layer follows
     * ({@link dev.nettystreams.TlsUpgrade#apply}). Called when everything written before has been sent; again for TLS
     * in TLS.
     */
    void beginTls();

    /**
     * Gives the transport the end of a layer that was put over its wire. Called by the layer when it is established;
     * the ends of several layers are sent innermost first, that is in the reverse order of these calls.
     *
     * @param end of the layer
     */
    void endOutputBy(OutputEnd end);

    /**
     * Sends what was written, however long that takes, and ends the output for good: by the ends of the layers, and a
     * FIN. {@link TransportEvents#outputFinished} follows, or the loss of the connection. Input is still delivered.
     *
     * @return whether the peer can learn of the end and answer it by its own; if not, only closing tells the peer
     */
    boolean finish();

    /**
     * Closes at once. Called after {@link TransportEvents#outputFinished}. {@link
     * TransportEvents#connectionLost} follows.
     */
    void close();

    /** Drops what was not sent and closes at once. {@link TransportEvents#connectionLost} follows. */
    void abort();

    /**
     * Stops delivering events for good and leaves the wire open to its next owner, reading paused. Bytes written were
     * handed over before.
     */
    void detach();

    /**
     * Looks up a fact about the connection, under asyncio's names: {@code peername}, {@code sockname}, {@code socket}.
     *
     * @param name the fact's name
     * @return the fact, or null if this transport does not know it
     */
    @Nullable
    Object extraInfo(String name);
}
