package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.servers.Mode;
import dev.nettystreams.benchmarks.servers.ServerKind;
import dev.nettystreams.benchmarks.servers.ServerTask;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A server of the comparison: one of this program's, or a user's command.
 *
 * @param name the name in reports
 * @param kind null for a user's server
 * @param command the user's command, which receives {@code MODE PORT [tls CERT KEY]}; empty for this program's servers
 */
public record Contender(String name, @Nullable ServerKind kind, String command) {
    private static final Pattern NAME_AND_COMMAND = Pattern.compile("([\\w.-]{1,24})=(.*)", Pattern.DOTALL);

    /**
     * Before a user's command: the end of this program, however it ends, ends the shell's standard input, and then the
     * shell's process group.
     */
    private static final String WATCH = "exec 3<&0; { cat <&3; kill -- -$$; } >/dev/null 2>&1 & exec 3<&-; ";

    /**
     * Returns a server of this program.
     *
     * @param kind the server
     * @return the contender
     */
    public static Contender of(ServerKind kind) {
        return new Contender(kind.name(), kind, "");
    }

    /**
     * Parses {@code NAME=COMMAND}.
     *
     * @param text as typed
     * @return the contender
     * @throws IllegalArgumentException if it does not have that form, or has the name of one of this program's servers
     */
    public static Contender parse(String text) {
        Matcher parts = NAME_AND_COMMAND.matcher(text);
        if (!parts.matches() || parts.group(2).isBlank()) {
            throw new IllegalArgumentException(
                    "expected NAME=COMMAND, with at most 24 letters, digits and . _ - in NAME: " + text);
        }
        String name = parts.group(1);
        if (ServerKind.named(name) != null) {
            throw new IllegalArgumentException("the name belongs to a server of this program: " + name);
        }
        return new Contender(name, null, parts.group(2));
    }

    boolean isFor(Mode mode, boolean isTls) {
        return kind == null || kind.isFor(mode, isTls);
    }

    boolean hasLoops() {
        return kind != null && kind.hasLoops();
    }

    /** Returns whether it answers questions about its allocations. */
    boolean hasCounters() {
        return kind != null && kind.python() == null;
    }

    /** Returns the command line that does a task. A shell takes the user's command apart. */
    List<String> commandLine(ServerTask task, JvmCommand jvm, PythonProgram python) {
        List<String> line = new ArrayList<>();
        if (kind == null) {
            boolean hasGroups = Programs.isPresent("setsid");
            line.addAll(hasGroups ? List.of("setsid", "sh", "-c") : List.of("sh", "-c"));
            line.addAll(List.of((hasGroups ? WATCH : "") + command + " \"$@\"", "sh"));
        } else if (kind.python() != null) {
            line.addAll(List.of("python3", python.path().toString(), kind.python()));
        } else {
            line.addAll(jvm.commandLine());
            line.addAll(List.of("serve", name));
            if (task.loops() > 1) {
                line.add("--loops=" + task.loops());
            }
        }
        line.addAll(task.arguments());
        return line;
    }
}
