package dev.nettystreams.demos;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many connections a server keeps unless told otherwise: few enough for the process's file descriptors. One that
 * has none left can only reset those who come.
 */
final class ConnectionCap {
    static final int MOST = 1000;

    /**
     * What the process has open for itself, at least: jars, and some for each event loop. A class path of many jars
     * takes more.
     */
    private static final int OWN_DESCRIPTORS = 64;

    private ConnectionCap() {}

    /**
     * The cap of this process, to be asked for when its event loops are there.
     *
     * @param descriptorsEach how many descriptors a connection takes
     */
    static int here(int descriptorsEach) {
        // By getrlimit, where the JVM tells.
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? of(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount(), descriptorsEach)
                : of(Long.MAX_VALUE, 0, descriptorsEach);
    }

    /**
     * Half of what is there may go to connections; the other half is for files, name look-ups, and those that are just
     * closing.
     */
    static int of(long descriptorLimit, long openAlready, int descriptorsEach) {
        long half = (descriptorLimit - Math.max(OWN_DESCRIPTORS, openAlready)) / 2;
        return (int) Math.max(1, Math.min(MOST, half) / descriptorsEach);
    }
}
