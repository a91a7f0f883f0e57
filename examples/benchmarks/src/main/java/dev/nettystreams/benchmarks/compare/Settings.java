package dev.nettystreams.benchmarks.compare;

import java.time.Duration;

/**
 * How long a comparison measures.
 *
 * @param warmUp the load on each server before its first round of a workload
 * @param rounds the number of rounds; if it is even, each server of a pair is first equally often
 * @param roundTime the length of one measurement of one server
 * @param latencyShare the rate of the open loop, as a share of the baseline's rate in the closed loop; 0 for none
 * @param latencyTime the length of the open loop, on each server
 * @param timeLimit the time for everything: what begins late gets fewer rounds, and after it nothing begins
 * @param countsSystemCalls whether strace is attached for one more measurement
 * @param isForPublication false for a quick look
 */
public record Settings(
        Duration warmUp,
        int rounds,
        Duration roundTime,
        double latencyShare,
        Duration latencyTime,
        Duration timeLimit,
        boolean countsSystemCalls,
        boolean isForPublication) {

    private static final Duration MOST_SETTLE_TIME = Duration.ofMillis(300);

    /** A time limit that no comparison reaches. */
    public static final Duration UNLIMITED = Duration.ofDays(365);

    /** The whole comparison. */
    public static final Settings WHOLE = new Settings(
            Duration.ofSeconds(5), 8, Duration.ofSeconds(1), 0.5, Duration.ofSeconds(4), UNLIMITED, false, true);

    /** A look at growth that ends within two minutes. */
    public static final Settings QUICK_GROWTH = new Settings(
            Duration.ofSeconds(1), 4, Duration.ofMillis(250), 0, Duration.ZERO, Duration.ofSeconds(100), false, false);

    /**
     * Returns the settings of growth.
     *
     * @param serverCount the number of servers beside the baseline
     * @return five minutes for each
     */
    public static Settings growth(int serverCount) {
        return new Settings(
                Duration.ofSeconds(3),
                6,
                Duration.ofMillis(700),
                0,
                Duration.ZERO,
                Duration.ofMinutes(5).multipliedBy(serverCount),
                false,
                true);
    }

    /**
     * Returns the time after which a server has settled whose connections came or went.
     *
     * @return the length of a round, but at most 300 ms
     */
    Duration settleTime() {
        return roundTime.compareTo(MOST_SETTLE_TIME) < 0 ? roundTime : MOST_SETTLE_TIME;
    }

    /** A look that ends within two minutes. */
    public static final Settings QUICK = new Settings(
            Duration.ofSeconds(2), 4, Duration.ofMillis(200), 0, Duration.ZERO, Duration.ofSeconds(100), false, false);
}
