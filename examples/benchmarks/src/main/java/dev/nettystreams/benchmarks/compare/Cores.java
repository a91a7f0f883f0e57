package dev.nettystreams.benchmarks.compare;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The cores of the servers and of the generator, in the notation of {@code taskset}. Without {@code taskset}, or on one
 * core, nothing is pinned, and both are empty.
 *
 * @param server the cores of each server
 * @param generator the cores of this process
 */
public record Cores(String server, String generator) {
    private static final Pattern LIST = Pattern.compile("\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*");
    private static final Pattern ALLOWED = Pattern.compile("(?m)^Cpus_allowed_list:\\s*(\\S+)$");

    /** No core for either. */
    public static final Cores UNPINNED = new Cores("", "");

    /**
     * Chooses the first allowed core for the servers and the last one for the generator, unless they are given.
     *
     * @param server as typed, or empty
     * @param generator as typed, or empty
     * @return the cores
     * @throws IllegalArgumentException if one is no list of cores
     */
    public static Cores choose(String server, String generator) {
        for (String given : List.of(server, generator)) {
            if (!given.isEmpty()
                    && (!LIST.matcher(given).matches() || expanded(given).isEmpty())) {
                throw new IllegalArgumentException("not a list of cores such as 0 or 2-3: " + given);
            }
        }
        if (!(server + generator).isEmpty() && !Programs.isPresent("taskset")) {
            throw new IllegalArgumentException("pinning to cores needs taskset, which is not on the PATH");
        }
        List<Integer> allowed = allowed();
        if (!Programs.isPresent("taskset") || (allowed.size() < 2 && (server.isEmpty() || generator.isEmpty()))) {
            return UNPINNED;
        }
        return new Cores(
                server.isEmpty() ? allowed.get(0).toString() : server,
                generator.isEmpty() ? allowed.get(allowed.size() - 1).toString() : generator);
    }

    private static List<Integer> allowed() {
        try {
            Matcher line = ALLOWED.matcher(Files.readString(Path.of("/proc/self/status")));
            return line.find() ? expanded(line.group(1)) : List.of();
        } catch (IOException e) {
            return List.of(); // not Linux
        }
    }

    /** Returns the cores of a list such as {@code 0,2-3}. */
    static List<Integer> expanded(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            int last = Integer.parseInt(ends[ends.length - 1]);
            for (int core = Integer.parseInt(ends[0]); core <= last; core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /**
     * Returns the same, with all other allowed cores for the servers.
     *
     * @return the same if there are no others, or nothing is pinned
     */
    public Cores withMostForServers() {
        if (equals(UNPINNED)) {
            return this;
        }
        List<Integer> others = new ArrayList<>(allowed());
        others.removeAll(expanded(generator));
        return others.isEmpty()
                ? this
                : new Cores(
                        String.join(",", others.stream().map(String::valueOf).toList()), generator);
    }

    /**
     * Returns whether servers and generator may meet on a core.
     *
     * @return true if nothing is pinned, too
     */
    public boolean sharesCores() {
        return equals(UNPINNED) || !Collections.disjoint(expanded(server), expanded(generator));
    }

    /** Returns the words before a server's command. */
    List<String> serverPrefix() {
        return server.isEmpty() ? List.of() : List.of("taskset", "-c", server);
    }

    /**
     * Pins all threads of this process.
     *
     * @throws IOException if that fails; its message is the program's
     * @throws InterruptedException if this thread is interrupted
     */
    public void pinGenerator() throws IOException, InterruptedException {
        if (generator.isEmpty()) {
            return;
        }
        Process pinning = new ProcessBuilder(
                        "taskset",
                        "-a",
                        "-c",
                        "-p",
                        generator,
                        Long.toString(ProcessHandle.current().pid()))
                .redirectErrorStream(true)
                .start();
        String output = new String(pinning.getInputStream().readAllBytes(), Charset.defaultCharset());
        if (!pinning.waitFor(10, TimeUnit.SECONDS) || pinning.exitValue() != 0) {
            throw new IOException("taskset: " + output.strip());
        }
    }
}
