package dev.nettystreams.netty;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The environment variables with which a service manager passes on listening sockets (sd_listen_fds(3)). */
final class ListenFds {
    private static final int FIRST = 3;

    /** The most descriptors that Linux lets a process have by default (nr_open). */
    private static final int MOST = 1 << 20;

    private ListenFds() {}

    /**
     * Returns the descriptors that a process has inherited.
     *
     * @param environment the process's environment
     * @param pid the process's own identifier; sockets for another process are none
     * @throws IllegalStateException if a variable is malformed
     */
    static List<Integer> in(Map<String, String> environment, long pid) {
        String count = environment.get("LISTEN_FDS");
        String addressee = environment.get("LISTEN_PID");
        if (count == null || addressee == null || number("LISTEN_PID", addressee, Integer.MAX_VALUE) != pid) {
            return List.of();
        }
        int descriptors = (int) number("LISTEN_FDS", count, MOST);
        return IntStream.range(FIRST, FIRST + descriptors).boxed().toList();
    }

    private static long number(String name, String value, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below, as for a number out of range
        }
        throw new IllegalStateException(
                "the environment variable " + name + " is not a number from 0 to " + most + ": " + value);
    }
}
