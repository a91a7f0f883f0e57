package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs a program of the tests in a JVM of its own, with another class path, other options or another environment.
 *
 * @param launcher the command that the JVM's command is appended to; empty for none
 * @param classPath the entries, in order
 * @param options the options of the JVM
 * @param environment the differences from this process's environment
 */
record ChildJvm(List<String> launcher, List<String> classPath, List<String> options, Map<String, String> environment) {
    /** Returns the settings of this process. */
    static ChildJvm likeThisOne() {
        String all =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        List<String> entries = Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .toList();
        List<String> options =
                Runtime.version().feature() < 24 ? List.of() : List.of("--enable-native-access=ALL-UNNAMED");
        return new ChildJvm(List.of(), entries, options, Map.of());
    }

    ChildJvm withFirst(Path... first) {
        Stream<String> entries = Stream.concat(Arrays.stream(first).map(Path::toString), classPath.stream());
        return new ChildJvm(launcher, entries.toList(), options, environment);
    }

    ChildJvm without(String fileNamePattern) {
        return new ChildJvm(
                launcher,
                classPath.stream()
                        .filter(entry ->
                                !Path.of(entry).getFileName().toString().matches(fileNamePattern))
                        .toList(),
                options,
                environment);
    }

    /** Returns the settings with a program that starts the JVM, such as one that hands descriptors over. */
    ChildJvm startedBy(List<String> command) {
        return new ChildJvm(command, classPath, options, environment);
    }

    ChildJvm withOption(String option) {
        return new ChildJvm(
                launcher,
                classPath,
                Stream.concat(options.stream(), Stream.of(option)).toList(),
                environment);
    }

    ChildJvm withEnvironment(Map<String, String> changed) {
        return new ChildJvm(launcher, classPath, options, changed);
    }

    /** Returns the command line of the program. */
    List<String> command(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(String.join(File.pathSeparator, classPath));
        command.add(program.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Runs the program and returns its output; fails if the program does. */
    String run(Class<?> program, String... arguments) throws Exception {
        List<String> command = command(program, arguments);
        Path output = Files.createTempFile("output", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process child = builder.start();
        try {
            boolean hasEnded = child.waitFor(50, TimeUnit.SECONDS);
            String printed = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(hasEnded).as(printed).isTrue();
            assertThat(child.exitValue()).as(printed).isZero();
            return printed;
        } finally {
            child.destroyForcibly();
            Files.delete(output);
        }
    }
}
