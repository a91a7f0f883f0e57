package dev.nettystreams.testing;

/**
 * The activity of one {@link MemoryWire} so far.
 *
 * @param writes the number of writes by the sending streams
 * @param flushes the number of flushes by the sending streams
 * @param pauses the number of times that the receiving streams paused reading
 * @param resumes the number of times that the receiving streams resumed reading
 * @param deliveredBytes the number of bytes that the receiving streams got
 * @param inFlightBytes the number of bytes on the wire
 */
public record WireCounts(
        long writes, long flushes, long pauses, long resumes, long deliveredBytes, long inFlightBytes) {}
