package dev.nettystreams.netty;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * The name of a Unix socket, checked before the kernel truncates it: a path, or on Linux an abstract name, which starts
 * with NUL and has no file.
 */
record UnixPath(String name) {
    /**
     * The size of {@code sockaddr_un} without the terminating NUL: 108 bytes minus one on Linux, 104 minus one on the
     * BSDs and macOS.
     */
    private static final int MOST_BYTES = isLinux() ? 107 : 103;

    /**
     * An abstract name starts with NUL and has no terminating one. The system judges the longest name itself: Netty
     * 4.2.18 looks for a NUL after it, past the end of its array, and reports "File name too long" if there is none.
     */
    private static final int MOST_ABSTRACT_BYTES = 108;

    /** @throws IllegalArgumentException if it is not a valid name of a socket */
    UnixPath {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the path of a Unix socket is empty");
        }
        if (name.indexOf('\0', 1) > 0) {
            throw new IllegalArgumentException("the path of a Unix socket has a NUL inside: " + printable(name));
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) { // Netty would encode it as another name, with a "?"
            throw new IllegalArgumentException("the path of a Unix socket has half a character: " + printable(name));
        }
        requireAtMost(name.charAt(0) == '\0' ? MOST_ABSTRACT_BYTES : MOST_BYTES, name);
    }

    /** @throws IllegalArgumentException if it is not on the default file system, or not a valid name of a socket */
    static UnixPath of(Path path) {
        if (!Objects.requireNonNull(path, "path").getFileSystem().equals(FileSystems.getDefault())) {
            throw new IllegalArgumentException(
                    "the path of a Unix socket is not on the default file system: " + path.toUri());
        }
        return new UnixPath(path.toString());
    }

    /** Returns whether every backend accepts a path: the JDK's limit is one byte lower than the kernel's. */
    static boolean isShortEnough(Path path) {
        return byteCount(path.toString()) < MOST_BYTES;
    }

    private static int byteCount(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void requireAtMost(int most, String name) {
        int byteCount = byteCount(name);
        if (byteCount > most) {
            throw new IllegalArgumentException("the path of a Unix socket is too long: " + byteCount + " > " + most
                    + " bytes: " + printable(name));
        }
    }

    static boolean isLinux() {
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
    }

    boolean isAbstract() {
        return name.charAt(0) == '\0';
    }

    /** @throws IOException if the locale of this JVM cannot encode it */
    Path path() throws IOException {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new IOException(
                    "the locale of this JVM (sun.jnu.encoding: " + System.getProperty("sun.jnu.encoding")
                            + ") cannot write the path of the Unix socket " + this
                            + ": start it with another one, such as LC_ALL=C.UTF-8",
                    e);
        }
    }

    /**
     * Returns the address for a backend.
     *
     * @throws IllegalArgumentException if the backend supports no abstract names, or no names of that length: the JDK's
     *     limit is one byte lower
     * @throws IOException if the backend needs a path of the JDK, and the locale cannot encode it
     */
    SocketAddress address(IoBackend backend) throws IOException {
        if (isAbstract() && (backend == IoBackend.NIO || !isLinux())) {
            throw new IllegalArgumentException("abstract Unix socket names need epoll on Linux, and this is "
                    + backend.name().toLowerCase(Locale.ROOT) + ": " + this);
        }
        if (backend != IoBackend.NIO) {
            return new UnixAddress(name);
        }
        requireAtMost(MOST_BYTES - 1, name);
        return UnixDomainSocketAddress.of(path());
    }

    static String printable(String name) {
        return name.replace('\0', '@');
    }

    /** Prints an abstract name with {@code @}, as {@code ss} and {@code socat} do. */
    @Override
    public String toString() {
        return printable(name);
    }
}
