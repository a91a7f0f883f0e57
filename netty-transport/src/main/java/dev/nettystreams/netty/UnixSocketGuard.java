package dev.nettystreams.netty;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a listening Unix socket at a path without damage to an existing file, and removes it again.
 *
 * <p>Netty's own bind deletes any file at the path, even a plain file or the socket of a live server, and its close
 * deletes any file that is there later. Therefore the socket is bound inside a private directory next to the path,
 * where no peer can connect to it, gets its permissions, and is then <em>linked</em> to the path. Linking fails if the
 * path exists, and is atomic, so of two servers one wins. Netty's close finds no file at the private name;
 * {@link #remove} deletes the path only if it is still our inode.
 *
 * <p>The private name may be longer than the path, and the kernel accepts only about a hundred bytes. If it is too
 * long, a symbolic link from the directory for temporary files leads to the private directory. A relative path stays
 * relative: the absolute one might be too long.
 *
 * <p>An existing socket that no server answers on is stale and is removed. A live socket, a plain file, a symbolic link
 * or anything else is refused.
 *
 * <p>Blocks for file operations; not for the event loop.
 */
final class UnixSocketGuard {
    private static final int S_IFMT = 0xF000;
    private static final int S_IFSOCK = 0xC000;

    /** The result of connecting to an existing socket at the path. */
    enum Answer {
        /** No server listens: the socket is stale. */
        NONE,
        A_SERVERS,
        /** The socket belongs to another user; it may or may not be stale. */
        DENIED;

        /**
         * Classifies the failure to connect. A full backlog is a failure of a live server. The JDK throws
         * {@code BindException} for EACCES.
         */
        static Answer of(IOException failure) {
            if (failure instanceof ConnectException) {
                return NONE;
            }
            boolean isDenied = failure instanceof BindException
                    || (failure instanceof SocketException && "Permission denied".equals(failure.getMessage()));
            return isDenied ? DENIED : A_SERVERS;
        }
    }

    /** Permissions for directories that only this user may enter. */
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    /** The names inside the private directory, as short as possible. */
    private static final String BOUND = "s";

    private static final String PROBE = "p";
    private static final String STALE = "o";

    private final Path path;
    private final Path privateDirectory;
    private final @Nullable Path shortcut;
    private @Nullable Object ownFileKey;

    private UnixSocketGuard(Path path, Path privateDirectory, @Nullable Path shortcut) {
        this.path = path;
        this.privateDirectory = privateDirectory;
        this.shortcut = shortcut;
    }

    /**
     * Removes a stale socket and creates the private directory.
     *
     * @throws BindException if the path is in use or is not a socket
     */
    static UnixSocketGuard prepare(Path path) throws IOException {
        try {
            return prepared(path);
        } catch (FileSystemException e) {
            throw notAt(path, e);
        }
    }

    /** Returns a failure that names the requested path: the file system's message contains private names. */
    private static BindException notAt(Path path, FileSystemException cause) {
        BindException failure = new BindException("could not listen on " + path + ": " + Reason.of(cause));
        failure.initCause(cause);
        return failure;
    }

    private static UnixSocketGuard prepared(Path path) throws IOException {
        Path privateDirectory = newPrivateDirectory(path);
        Path shortcut = null;
        try {
            if (!UnixPath.isShortEnough(privateDirectory.resolve(BOUND))) {
                shortcut = newShortcut(privateDirectory, path);
            }
            UnixSocketGuard guard = new UnixSocketGuard(path, privateDirectory, shortcut);
            guard.removeStale();
            return guard;
        } catch (IOException | RuntimeException e) {
            delete(privateDirectory, shortcut);
            throw e;
        }
    }

    private static Path newPrivateDirectory(Path path) throws IOException {
        for (int attempts = 0; ; attempts++) {
            Path candidate = path.resolveSibling(
                    ".s" + Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36), 36));
            try {
                return Files.createDirectory(candidate, OWNER_ONLY);
            } catch (FileAlreadyExistsException e) {
                if (attempts == 100) {
                    throw e;
                }
            } catch (NoSuchFileException e) {
                throw new BindException("no such directory for the Unix socket " + path + ": " + path.getParent());
            }
        }
    }

    /** Creates a symbolic link to the directory, through which the names inside are short enough. */
    private static Path newShortcut(Path privateDirectory, Path path) throws IOException {
        Path home = Files.createTempDirectory("s", OWNER_ONLY);
        Path link = home.resolve("d");
        try {
            if (!UnixPath.isShortEnough(link.resolve(BOUND))) {
                throw new BindException("the directory of the Unix socket " + path
                        + " leaves no room for a private name beside it, and the one for temporary files is longer: "
                        + home);
            }
            return Files.createSymbolicLink(link, privateDirectory.toAbsolutePath());
        } catch (IOException | RuntimeException e) {
            Files.delete(home);
            throw e;
        }
    }

    private void removeStale() throws IOException {
        try {
            if (!isSocket(path)) {
                throw new BindException("address already in use: " + path + " exists and is not a socket");
            }
        } catch (NoSuchFileException e) {
            return;
        }
        switch (answer()) {
            case NONE -> {}
            case A_SERVERS -> throw new BindException("address already in use: a server is listening on " + path);
            case DENIED ->
                throw new BindException("address already in use: " + path
                        + " is a socket that this user may not connect to, so it may not be stale: permission denied");
        }
        // A new server may have started since the probe: check again the file that is being removed.
        Path aside = privateDirectory.resolve(STALE);
        try {
            Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        } catch (AtomicMoveNotSupportedException e) {
            throw new BindException(
                    "address already in use: " + path + " is a stale socket that cannot be removed: " + e);
        }
        try {
            // Checks the answer, not the inode: file systems reuse the number of a deleted file.
            if (answer(inside(STALE)) != Answer.NONE) {
                Files.createLink(path, aside);
                throw new BindException("address already in use: a server has just begun to listen on " + path);
            }
        } finally {
            Files.delete(aside);
        }
    }

    /** Returns the path to bind the socket to first. */
    Path privatePath() {
        return inside(BOUND);
    }

    /** Returns a name in the private directory that every backend can bind and connect to. */
    private Path inside(String name) {
        return (shortcut == null ? privateDirectory : shortcut).resolve(name);
    }

    /**
     * Links the bound socket to its path.
     *
     * @param permissions the permissions of the socket, or null for those that the process's umask gave it
     */
    void publish(@Nullable Set<PosixFilePermission> permissions) throws IOException {
        Path bound = privateDirectory.resolve(BOUND);
        try {
            if (permissions != null) {
                Files.setPosixFilePermissions(bound, permissions);
            }
            ownFileKey = fileKey(bound);
            Files.createLink(path, bound);
        } catch (FileAlreadyExistsException e) {
            ownFileKey = null;
            throw new BindException("address already in use: a server has just begun to listen on " + path);
        } catch (FileSystemException e) {
            ownFileKey = null;
            throw notAt(path, e);
        } finally {
            clean();
        }
    }

    /** Removes the private files. */
    void clean() throws IOException {
        Files.deleteIfExists(privateDirectory.resolve(BOUND));
        delete(privateDirectory, shortcut);
    }

    private static void delete(Path privateDirectory, @Nullable Path shortcut) throws IOException {
        if (shortcut != null && Files.deleteIfExists(shortcut)) {
            Files.delete(Objects.requireNonNull(shortcut.getParent(), "it is in a directory of its own"));
        }
        Files.deleteIfExists(privateDirectory);
    }

    /** Removes the socket from its path if it is still the one that {@link #publish} linked there. */
    void remove() throws IOException {
        Object own = ownFileKey;
        if (own == null) {
            return;
        }
        ownFileKey = null;
        try {
            if (own.equals(fileKey(path))) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // gone already
        }
    }

    private static Object fileKey(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & S_IFMT) == S_IFSOCK;
    }

    /**
     * Returns who answers at the path. A socket whose backlog is full, or that this user may not connect to, must not
     * be removed. If the path is too long for the JDK to connect to, a hard link with a short name is probed.
     */
    private Answer answer() throws IOException {
        if (UnixPath.isShortEnough(path)) {
            return answer(path);
        }
        Path link = privateDirectory.resolve(PROBE);
        Files.createLink(link, path);
        try {
            return answer(inside(PROBE));
        } finally {
            Files.delete(link);
        }
    }

    private static Answer answer(Path asked) throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(asked);
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false);
            return answer(probe, address);
        }
    }

    private static Answer answer(SocketChannel probe, UnixDomainSocketAddress address) {
        try {
            boolean isConnectedAtOnce = probe.connect(address);
            assert isConnectedAtOnce || probe.isConnectionPending();
            return Answer.A_SERVERS;
        } catch (IOException e) {
            return Answer.of(e);
        }
    }
}
