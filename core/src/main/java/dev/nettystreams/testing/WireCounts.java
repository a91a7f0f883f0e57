package dev.nettystreams.testing;

/**
 * What has happened on one {@link MemoryWire} so far.
 *
 * @param writes how often the sending streams wrote
 * @param flushes how often they flushed
 * @param pauses how often the receiving streams paused reading
 * @param resumes how often they resumed it
 * @param deliveredBytes how many bytes the receiving streams were handed
 * @param inFlightBytes how many bytes the wire holds
 */
public record WireCounts(
        long writes, long flushes, long pauses, long resumes, long deliveredBytes, long inFlightBytes) {}
