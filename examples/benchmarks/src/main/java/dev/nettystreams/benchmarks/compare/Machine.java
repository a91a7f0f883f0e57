package dev.nettystreams.benchmarks.compare;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The facts about the machine and the programs that figures depend on, in print. */
public final class Machine {
    private static final Pattern MODEL = Pattern.compile("(?m)^(?:model name|Model|Hardware)\\s*:\\s*(.+)$");
    private static final String VERSIONS = "/dev/nettystreams/benchmarks/versions.properties";

    private static final String UNKNOWN = "unknown";
    private static final int ANSWER_SECONDS = 10;
    private static final int MOST_BYTES = 1000;

    private Machine() {}

    /**
     * Collects the facts.
     *
     * @param jvm the JVM of the servers
     * @param cores the cores of servers and generator
     * @return each fact by its name, in the order of print
     */
    public static Map<String, String> facts(JvmCommand jvm, Cores cores) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("CPU", cpuModel());
        facts.put("cores", Integer.toString(coreCount()));
        facts.put(
                "pinned",
                cores.equals(Cores.UNPINNED)
                        ? "nothing"
                        : "each server to core " + cores.server() + ", the generator to core " + cores.generator());
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JVM", output(jvm.java(), "-version"));
        facts.put("JVM options of the servers", String.join(" ", jvm.allOptions()));
        Properties versions = versions();
        for (String name : new TreeSet<>(versions.stringPropertyNames())) {
            facts.put(name, versions.getProperty(name));
        }
        if (Programs.isPresent("python3")) {
            facts.put("Python", output("python3", "--version"));
        }
        return facts;
    }

    private static String cpuModel() {
        try {
            Matcher model = MODEL.matcher(Files.readString(Path.of("/proc/cpuinfo")));
            return model.find() ? model.group(1).strip() : System.getProperty("os.arch");
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }

    /** The JDK's count is that of the cores which this process is pinned to. */
    private static int coreCount() {
        try {
            return Cores.expanded(Files.readString(Path.of("/sys/devices/system/cpu/online"))
                            .strip())
                    .size();
        } catch (IOException | NumberFormatException e) {
            return Runtime.getRuntime().availableProcessors();
        }
    }

    private static Properties versions() {
        Properties versions = new Properties();
        try (InputStream in = Machine.class.getResourceAsStream(VERSIONS)) {
            if (in != null) {
                versions.load(in);
            }
        } catch (IOException e) {
            // not stated then
        }
        return versions;
    }

    /** Returns what a program prints, in one line. */
    private static String output(String... command) {
        try {
            Process program =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (InputStream output = program.getInputStream()) {
                // A program that prints nothing, or prints without end, is not the expected one.
                CompletableFuture.delayedExecutor(ANSWER_SECONDS, TimeUnit.SECONDS)
                        .execute(program::destroyForcibly);
                String text = new String(output.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
                return text.isBlank()
                        ? UNKNOWN
                        : String.join("; ", text.lines().map(String::strip).toList());
            } finally {
                program.destroyForcibly();
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
