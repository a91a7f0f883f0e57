package dev.nettystreams.demos;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The default for the maximum number of connections of a server: few enough for the process's file descriptors. A
 * server without free descriptors can only reset new connections.
 */
final class ConnectionCap {
    static final int MOST = 1000;

    /**
     * A lower bound for the descriptors that the process itself needs: jars, and some for each event loop. A class path
     * of many jars needs more.
     */
    private static final int OWN_DESCRIPTORS = 64;

    private ConnectionCap() {}

    /**
     * Returns the maximum for this process. Call it once the event loops exist.
     *
     * @param descriptorsEach the number of descriptors per connection
     */
    static int here(int descriptorsEach) {
        // The limit of getrlimit, if the JVM reports it.
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? of(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount(), descriptorsEach)
                : of(Long.MAX_VALUE, 0, descriptorsEach);
    }

    /**
     * Returns the maximum for half of the free descriptors; the other half is for files, name lookups, and connections
     * that are closing.
     */
    static int of(long descriptorLimit, long openAlready, int descriptorsEach) {
        long half = (descriptorLimit - Math.max(OWN_DESCRIPTORS, openAlready)) / 2;
        return (int) Math.max(1, Math.min(MOST, half) / descriptorsEach);
    }
}
