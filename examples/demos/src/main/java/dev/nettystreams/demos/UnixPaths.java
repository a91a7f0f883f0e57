package dev.nettystreams.demos;

/** The names of Unix sockets as typed: {@code @name} is an abstract name, as {@code ss} prints it. */
public final class UnixPaths {
    private UnixPaths() {}

    /**
     * Converts a typed name to the form of the library.
     *
     * @param typed the typed name
     * @return a path, or an abstract name that starts with a NUL
     * @throws IllegalArgumentException if the {@code @} has no name after it
     */
    public static String parse(String typed) {
        if (typed.equals("@")) {
            throw new IllegalArgumentException("an abstract Unix socket has a name behind its @");
        }
        return typed.startsWith("@") ? "\0" + typed.substring(1) : typed;
    }
}
