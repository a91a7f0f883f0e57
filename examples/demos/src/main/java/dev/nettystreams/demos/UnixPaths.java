package dev.nettystreams.demos;

/** Unix socket names as one types them: {@code @name}, as {@code ss} prints it, is an abstract one. */
public final class UnixPaths {
    private UnixPaths() {}

    /**
     * A path as the library takes it.
     *
     * @param typed what was typed
     * @return a path, or an abstract name behind a NUL
     * @throws IllegalArgumentException if there is no name behind the {@code @}
     */
    public static String parse(String typed) {
        if (typed.equals("@")) {
            throw new IllegalArgumentException("an abstract Unix socket has a name behind its @");
        }
        return typed.startsWith("@") ? "\0" + typed.substring(1) : typed;
    }
}
