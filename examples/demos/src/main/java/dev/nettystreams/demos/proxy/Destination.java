package dev.nettystreams.demos.proxy;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.demos.UnixPaths;
import dev.nettystreams.netty.NettyStreams;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The destination of a proxy. */
sealed interface Destination {
    /** The name that the destination's certificate must contain. */
    String hostName();

    CompletableFuture<StreamConnection> connect(NettyStreams streams);

    /**
     * Parses {@code HOST:PORT}, {@code [ADDRESS]:PORT} or {@code unix:PATH}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    static Destination parse(String typed) {
        if (typed.startsWith("unix:")) {
            return new Unix(UnixPaths.parse(typed.substring("unix:".length())));
        }
        Tcp tcp = Tcp.parse(typed);
        if (tcp == null) {
            throw new IllegalArgumentException("not HOST:PORT or unix:PATH: " + typed);
        }
        return tcp;
    }

    /** A host and a port. */
    record Tcp(String hostName, int port) implements Destination {
        private static final Pattern PATTERN =
                Pattern.compile("(?:\\[([0-9A-Fa-f:.]+(?:%[A-Za-z0-9._~-]+)?)]|([^\\[\\]:]+)):([0-9]{1,5})");

        /** Parses {@code HOST:PORT} or {@code [ADDRESS]:PORT}; returns null if it is neither. */
        static @Nullable Tcp parse(String text) {
            Matcher parts = PATTERN.matcher(text);
            int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
            return port == 0 || port > 65535
                    ? null
                    : new Tcp(parts.group(1) != null ? parts.group(1) : parts.group(2), port);
        }

        @Override
        public CompletableFuture<StreamConnection> connect(NettyStreams streams) {
            return streams.openConnection(hostName, port);
        }
    }

    /** A Unix socket with a path. */
    record Unix(String path) implements Destination {
        @Override
        public String hostName() {
            return "localhost";
        }

        @Override
        public CompletableFuture<StreamConnection> connect(NettyStreams streams) {
            return streams.openUnixConnection(path);
        }
    }
}
