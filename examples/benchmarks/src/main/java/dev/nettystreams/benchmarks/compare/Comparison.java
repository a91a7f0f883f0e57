package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.load.LoadGenerator;
import dev.nettystreams.benchmarks.load.Workload;
import dev.nettystreams.benchmarks.servers.Mode;
import dev.nettystreams.benchmarks.servers.ServerTask;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Goes through a plan. An interrupt of its thread ends it, and leaves the results so far. */
public final class Comparison {
    /** A server may die of the same Ctrl-C as this program, which learns of it a little later. */
    private static final long SIGNAL_MILLIS = 500;

    private static final int LEAST_PORT = 20_000;
    private static final int MOST_PORT = 32_000;
    private static final int BIND_ATTEMPTS = 100;

    private final Plan plan;
    private final Settings settings;
    private final Cores cores;
    private final JvmCommand jvm;
    private final RunFiles files;
    private final Consumer<String> log;
    private final CountDownLatch ending;

    private final List<Result> results = new ArrayList<>();
    private final Set<String> leftOut = new LinkedHashSet<>();
    private long startNanos;

    /**
     * Prepares a comparison.
     *
     * @param plan the pairs
     * @param settings the times
     * @param cores where servers run
     * @param jvm how servers of the JVM are started
     * @param files the certificate
     * @param log takes lines about the progress
     * @param ending reaches zero when this process is told to end
     */
    public Comparison(
            Plan plan,
            Settings settings,
            Cores cores,
            JvmCommand jvm,
            RunFiles files,
            Consumer<String> log,
            CountDownLatch ending) {
        this.plan = plan;
        this.settings = settings;
        this.cores = cores;
        this.jvm = jvm;
        this.files = files;
        this.log = log;
        this.ending = ending;
    }

    /**
     * Returns the results so far.
     *
     * @return in the order of the plan
     */
    public List<Result> results() {
        return results;
    }

    /**
     * Returns the servers that did not take part, each with the reason.
     *
     * @return one line for each
     */
    public Set<String> leftOut() {
        return leftOut;
    }

    /**
     * Measures all pairs.
     *
     * @return false if it was interrupted
     * @throws IOException if the baseline fails, without which there is nothing to compare
     */
    public boolean run() throws IOException {
        startNanos = System.nanoTime();
        Duration whole =
                plan.pairs().stream().map(pair -> Plan.estimate(pair, settings)).reduce(Duration.ZERO, Duration::plus);
        Progress progress = new Progress(whole, plan.pairs().size());
        log.accept(plan.pairs().size() + " pairs, about " + Progress.inWords(least(whole, settings.timeLimit())));
        if (settings.countsSystemCalls() && !Programs.isPresent("strace")) {
            log.accept("warning: no system calls are counted, because strace is not on the PATH");
        }
        try (LoadGenerator generator = new LoadGenerator()) {
            for (Plan.Pair pair : plan.pairs()) {
                log.accept(progress.text(elapsed()) + " " + pair.candidate().name() + ": " + pair.workloadNames());
                if (elapsed().compareTo(settings.timeLimit()) < 0) {
                    measure(generator, pair, share(progress, pair));
                } else {
                    leaveOut(pair.candidate().name() + ": no time left for " + pair.workloadNames());
                }
                progress.finished(Plan.estimate(pair, settings));
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Returns the time for a pair: its estimate's share of the time that is left until the limit. */
    private Duration share(Progress progress, Plan.Pair pair) {
        double left = settings.timeLimit().minus(elapsed()).toMillis();
        double planned = Math.max(1, progress.planned().toMillis());
        return Duration.ofMillis(
                (long) Math.max(0, left * Plan.estimate(pair, settings).toMillis() / planned));
    }

    private void measure(LoadGenerator generator, Plan.Pair pair, Duration budget)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + budget.toNanos();
        Deque<Workload> left = new ArrayDeque<>(pair.workloads());
        boolean isStarted = false;
        try (ServerProcess candidate = start(generator, pair, pair.candidate());
                ServerProcess baseline = start(generator, pair, plan.baseline())) {
            isStarted = true;
            for (Workload workload : pair.workloads()) {
                if (pair.isIdle()) {
                    new IdleRun(generator, workload, settings.settleTime()).run(candidate, baseline, this::accept);
                } else {
                    Duration time = Duration.ofNanos(Math.max(0, end - System.nanoTime()) / left.size());
                    new PairRun(generator, settings, workload, candidate, baseline).run(time, this::accept);
                }
                left.remove();
            }
        } catch (ServerFailure e) {
            if (ending.await(SIGNAL_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new InterruptedException();
            }
            failed(pair, e, isStarted, left);
        }
    }

    /** Leaves out the rest of a pair. Without a baseline that starts, there is nothing to compare with. */
    private void failed(Plan.Pair pair, ServerFailure failure, boolean isStarted, Deque<Workload> left)
            throws IOException {
        String reason = failure.getMessage();
        if (failure.serverName().equals(plan.baseline().name())) {
            reason = "the baseline " + failure.serverName() + " failed: " + reason;
            if (!isStarted) {
                throw new IOException(reason, failure);
            }
        }
        String names = String.join(", ", left.stream().map(Workload::name).toList());
        leaveOut(pair.candidate().name() + (isStarted ? ", in " + names + ": " : ": ") + reason);
    }

    private void leaveOut(String line) {
        if (leftOut.add(line)) {
            log.accept("  left out: " + line);
        }
    }

    private void accept(Result result) {
        results.add(result);
        if (result.workload().kind() == Workload.Kind.IDLE) {
            Round round = result.rounds().get(0);
            log.accept(String.format(
                    Locale.ROOT,
                    "  %s: %s %s, and %s of %s",
                    result.workload().name(),
                    FigureFormat.number(round.candidate().rate()),
                    result.workload().unit(),
                    FigureFormat.number(round.baseline().rate()),
                    result.baseline()));
            return;
        }
        log.accept(String.format(
                Locale.ROOT,
                "  %s: %.2f of %s%s",
                result.workload().name(),
                result.score(),
                result.baseline(),
                inWords(result)));
    }

    private static String inWords(Result result) {
        if (result.isByCpu()) {
            return " by processor time: the generator was the limit";
        }
        return result.isDisturbed() ? ", disturbed by other work of the machine" : "";
    }

    private ServerProcess start(LoadGenerator generator, Plan.Pair pair, Contender contender)
            throws IOException, InterruptedException {
        ServerTask task = new ServerTask(
                pair.mode(),
                pair.mode() == Mode.RELAY ? generator.sinkPort() : 0,
                freePort(),
                pair.isTls() ? files.tls() : null,
                pair.loops());
        List<String> line = new ArrayList<>(cores.serverPrefix());
        // The whole heap is resident, so that only what lives in it counts; see IdleRun.
        line.addAll(contender.commandLine(task, pair.isIdle() ? jvm.with("-XX:+AlwaysPreTouch") : jvm, files));
        return ServerProcess.start(contender.name(), contender.hasCounters(), line, task);
    }

    /** Returns a port that no client is given by the system, so that it is still free when the server listens. */
    private static int freePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LEAST_PORT, MOST_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                if (attempt == BIND_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
