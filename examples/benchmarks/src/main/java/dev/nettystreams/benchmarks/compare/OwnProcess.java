package dev.nettystreams.benchmarks.compare;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The costs of the generator. */
final class OwnProcess {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private OwnProcess() {}

    static long cpuNanos() {
        return SYSTEM.getProcessCpuTime();
    }
}
