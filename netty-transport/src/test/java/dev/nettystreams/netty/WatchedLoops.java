package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.channelOf;

import dev.nettystreams.Await;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamLimits;
import dev.nettystreams.netty.support.Wire;
import dev.nettystreams.testing.PairSource;
import dev.nettystreams.testing.StreamCheck;
import dev.nettystreams.testing.StreamChecks;
import dev.nettystreams.testing.StreamPair;
import io.netty.channel.Channel;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingMethod;
import reactor.blockhound.BlockingOperationError;

/**
 * The process of {@link BlockingCallsTest}: runs the conformance suite over every backend, from a thread beside the
 * loops and, if available, from a thread on them, and records blocking calls on a loop's own thread. Virtual threads on
 * the loop are not watched: they may block, because that parks them and not the loop.
 */
final class WatchedLoops {
    static final String NOTHING_BLOCKED = "no loop was blocked";

    private static final Pattern LOOP_THREADS = Pattern.compile("netty-streams-(epoll|io_uring|kqueue|nio)-.*");
    private static final Set<String> TIMERS = Set.of("schedule", "cancelTimeoutTask");
    private static final Queue<BlockingOperationError> FOUND = new ConcurrentLinkedQueue<>();

    private WatchedLoops() {}

    private record WirePairs(Wire wire, NettyStreams streams) implements PairSource {
        @Override
        public StreamPair connect(StreamLimits limits) throws Exception {
            Wire.Pair pair = wire.pair(streams.withLimits(limits));
            return new StreamPair(pair.client(), pair.server());
        }

        @Override
        public boolean signalsAbort() {
            return !wire.isUnix();
        }
    }

    /** Prints {@link #NOTHING_BLOCKED} at the end, or throws with the blocking calls. */
    public static void main(String[] arguments) throws Exception {
        BlockHound.builder()
                .loadIntegrations() // Netty's integration lists where Netty blocks on purpose
                .nonBlockingThreadPredicate(before ->
                        thread -> LOOP_THREADS.matcher(thread.getName()).matches())
                .blockingMethodCallback(WatchedLoops::note)
                .install();
        for (Wire wire : Wire.tcp().toList()) {
            try (NettyStreams streams = NettyStreams.create(wire.backend(), 1)) {
                checkThatSleepIsSeen(wire, streams);
                runContract(wire, streams);
            }
            if (!FOUND.isEmpty()) {
                AssertionError blocked = new AssertionError("the event loop of " + wire + " was blocked");
                FOUND.forEach(blocked::addSuppressed);
                throw blocked;
            }
        }
        System.out.println(NOTHING_BLOCKED);
    }

    /** Records instead of throwing, which would change the behaviour of the loop. */
    private static void note(BlockingMethod method) {
        BlockingOperationError found = new BlockingOperationError(method);
        if (Arrays.stream(found.getStackTrace()).noneMatch(WatchedLoops::isTimerOfTheJdk)) {
            FOUND.add(found);
        }
    }

    /** A thread that runs a virtual thread sets and cancels its timers, under a lock that the JDK's threads share. */
    private static boolean isTimerOfTheJdk(StackTraceElement frame) {
        return frame.getClassName().equals("java.lang.VirtualThread") && TIMERS.contains(frame.getMethodName());
    }

    private static void checkThatSleepIsSeen(Wire wire, NettyStreams streams) throws Exception {
        StreamConnection connection = wire.pair(streams).client();
        Channel channel = channelOf(connection);
        channel.eventLoop().submit(WatchedLoops::sleep).get();
        BlockingOperationError seen = FOUND.poll();
        if (seen == null || !seen.getMessage().contains("sleep")) {
            throw new AssertionError("a sleep on the loop of " + wire + " was not noticed", seen);
        }
        if (Await.isOnEventLoopAvailable()) {
            Wire.get(Await.onEventLoop(connection, () -> {
                sleep();
                return null;
            }));
            if (!FOUND.isEmpty()) {
                throw new AssertionError("a virtual thread was taken for its loop", FOUND.poll());
            }
        }
        connection.abort();
    }

    private static void sleep() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void runContract(Wire wire, NettyStreams streams) throws Exception {
        StreamConnection host = wire.pair(streams).client();
        for (StreamCheck check : StreamChecks.all(new WirePairs(wire, streams))) {
            check.run();
            if (Await.isOnEventLoopAvailable()) {
                Wire.get(Await.onEventLoop(host, () -> {
                    check.run();
                    return null;
                }));
            }
        }
    }
}
