package dev.nettystreams.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * How servers of the JVM are started: this program's own class path, in a JVM with a fixed heap and one collector.
 *
 * @param java the path of the java program
 * @param options further options, which win over the ones here
 */
public record JvmCommand(String java, List<String> options) {
    private static final List<String> FIXED = List.of(
            "-XX:+UseSerialGC",
            "-Xms256m",
            "-Xmx1g",
            "-Dio.netty.leakDetection.level=disabled",
            "--enable-native-access=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED");

    /**
     * Returns the path of the JVM that runs this program.
     *
     * @return the path of its java program
     */
    public static String ownJava() {
        return ProcessHandle.current().info().command().orElse("java");
    }

    /** Returns the same with one more option. */
    JvmCommand with(String option) {
        List<String> more = new ArrayList<>(List.of(option));
        more.addAll(options);
        return new JvmCommand(java, more);
    }

    /** Returns all options of the JVM. */
    List<String> allOptions() {
        List<String> all = new ArrayList<>(FIXED);
        all.addAll(options);
        return all;
    }

    /** Returns the command up to this program's arguments. */
    List<String> commandLine() {
        List<String> line = new ArrayList<>(List.of(java));
        line.addAll(allOptions());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.nettystreams.benchmarks.Main"));
        return line;
    }
}
