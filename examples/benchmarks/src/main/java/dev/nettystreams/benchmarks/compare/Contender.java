package dev.nettystreams.benchmarks.compare;

import dev.nettystreams.benchmarks.servers.Mode;
import dev.nettystreams.benchmarks.servers.ServerKind;
import dev.nettystreams.benchmarks.servers.ServerTask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A server of the comparison: one of this program's, or a user's command.
 *
 * @param name the name in reports
 * @param kind null for a user's server
 * @param command the user's command, which receives {@code MODE PORT [tls CERT KEY]}; empty for this program's servers
 */
public record Contender(String name, @Nullable ServerKind kind, String command) {
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
        int equals = text.indexOf('=');
        if (equals < 1 || text.substring(equals + 1).isBlank()) {
            throw new IllegalArgumentException("expected NAME=COMMAND: " + text);
        }
        String name = text.substring(0, equals);
        if (ServerKind.named(name) != null) {
            throw new IllegalArgumentException("the name belongs to a server of this program: " + name);
        }
        return new Contender(name, null, text.substring(equals + 1));
    }

    boolean isFor(Mode mode, boolean isTls) {
        return kind == null || kind.isFor(mode, isTls);
    }

    /** Returns whether it answers questions about its allocations. */
    boolean hasCounters() {
        return kind != null && kind.python() == null;
    }

    /** Returns the command line that does a task. A shell takes the user's command apart. */
    List<String> commandLine(ServerTask task, JvmCommand jvm, PythonProgram python) {
        List<String> line = new ArrayList<>();
        if (kind == null) {
            line.addAll(List.of("sh", "-c", command + " \"$@\"", "sh"));
        } else if (kind.python() != null) {
            line.addAll(List.of("python3", python.path().toString(), kind.python()));
        } else {
            line.addAll(jvm.commandLine());
            line.addAll(List.of("serve", name));
        }
        line.addAll(task.arguments());
        return line;
    }
}
