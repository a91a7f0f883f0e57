package dev.nettystreams.demos;

/** Unix socket names as one types them: {@code @name}, as {@code ss} prints it, is an abstract one. */
final class UnixPaths {
    private UnixPaths() {}

    static String parse(String typed) {
        if (typed.equals("@")) {
            throw new IllegalArgumentException("an abstract Unix socket has a name behind its @");
        }
        return typed.startsWith("@") ? "\0" + typed.substring(1) : typed;
    }
}
