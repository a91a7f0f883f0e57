package dev.nettystreams;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Prints the time of a read on the loop with the bias of {@link LendableQueue} and without it: a program to run by
 * hand, no test. Without the bias, the loop gives the bytes up behind each read, as the holder of an ordinary try-lock
 * does, so each read and each arrival begins with a compare-and-set.
 *
 * <p>The best of many short rounds is the figure: other work on the machine only ever adds to a round. The two kinds of
 * rounds alternate.
 */
final class BiasCost {
    private static final int REQUESTS = 16;
    private static final int READS_PER_REQUEST = 3;
    private static final int WARM_UP_ROUNDS = 100;
    private static final int ROUNDS = 400;
    private static final int BATCHES_PER_ROUND = 500;
    private static final byte[] BATCH = "*1\r\n$4\r\nPING\r\n".repeat(REQUESTS).getBytes(StandardCharsets.US_ASCII);

    private final Bench bench = new Bench();
    private final LendableQueue lent = bench.reader.core.input.lent();

    private BiasCost() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        BiasCost cost = new BiasCost();
        double[] biased = new double[ROUNDS];
        double[] unbiased = new double[ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            double with = cost.nanosPerRead(false);
            double without = cost.nanosPerRead(true);
            if (round >= 0) {
                biased[round] = with;
                unbiased[round] = without;
            }
        }
        System.out.printf("with the bias    %s%nwithout the bias %s%n", text(biased), text(unbiased));
    }

    private static String text(double[] nanos) {
        Arrays.sort(nanos);
        return String.format("best %.1f, median %.1f ns a read", nanos[0], nanos[ROUNDS / 2]);
    }

    private double nanosPerRead(boolean lends) {
        return bench.callOnLoop(() -> {
            long begin = System.nanoTime();
            for (int batch = 0; batch < BATCHES_PER_ROUND; batch++) {
                readBatch(lends);
            }
            return (System.nanoTime() - begin) / (double) (BATCHES_PER_ROUND * REQUESTS * READS_PER_REQUEST);
        });
    }

    private void readBatch(boolean lends) {
        bench.wire.feed(BATCH);
        for (int request = 0; request < REQUESTS; request++) {
            bench.reader.readLine().join();
            giveUpIf(lends);
            bench.reader.readLine().join();
            giveUpIf(lends);
            bench.reader.readExactly(6).join();
            giveUpIf(lends);
        }
    }

    private void giveUpIf(boolean lends) {
        if (lends) {
            lent.lend();
        }
    }
}
