package dev.nettystreams.netty;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Puts a listening Unix socket at a path without harm to what is there, and takes it away again.
 *
 * <p>Netty's own bind deletes whatever lies at the path, a plain file or a live server's socket, and its close deletes whatever lies there
 * later. So the socket is bound inside a private directory next to the path, where nobody can connect to it, is given its permissions, and
 * is then <em>linked</em> to the path: linking fails if something is there, and is atomic, so of two servers one wins. Netty's close finds
 * nothing at the private name; {@link #remove} takes the path away only if it is still our inode.
 *
 * <p>What lies at the path before: a socket that nobody answers on is a stale one and is removed; a live one, a plain file, a symbolic link,
 * anything else is refused.
 *
 * <p>Blocks for file operations; not for the event loop.
 */
final class UnixSocketGuard {
    private static final int S_IFMT = 0xF000;
    private static final int S_IFSOCK = 0xC000;

    private final Path path;
    private final Path privateDirectory;
    private @Nullable Object ownFileKey;

    private UnixSocketGuard(Path path, Path privateDirectory) {
        this.path = path;
        this.privateDirectory = privateDirectory;
    }

    /**
     * Removes a stale socket and prepares the private directory.
     *
     * @throws BindException if something is at the path that is in use or is no socket
     */
    static UnixSocketGuard prepare(Path path) throws IOException {
        Path absolute = path.toAbsolutePath();
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new BindException("no directory for a Unix socket: " + path);
        }
        Path directory = newPrivateDirectory(parent, path);
        try {
            removeStale(absolute, directory);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(directory);
            throw e;
        }
        return new UnixSocketGuard(absolute, directory);
    }

    private static Path newPrivateDirectory(Path parent, Path path) throws IOException {
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        for (int attempts = 0; ; attempts++) {
            Path candidate = parent.resolve(
                    ".s" + Integer.toString(ThreadLocalRandom.current().nextInt(36 * 36 * 36), 36));
            try {
                return Files.createDirectory(candidate, ownerOnly);
            } catch (FileAlreadyExistsException e) {
                if (attempts == 100) {
                    throw e;
                }
            } catch (NoSuchFileException e) {
                throw new BindException("no such directory for the Unix socket " + path + ": " + parent);
            }
        }
    }

    private static void removeStale(Path path, Path directory) throws IOException {
        BasicFileAttributes found;
        try {
            found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        if (!isSocket(path)) {
            throw new BindException("address already in use: " + path + " exists and is not a socket");
        }
        if (answers(path, directory.resolve("p"))) {
            throw new BindException("address already in use: a server is listening on " + path);
        }
        // Between the probe and now a new server may have come: look again at what is being taken away.
        Path aside = directory.resolve("stale");
        try {
            Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        } catch (AtomicMoveNotSupportedException e) {
            throw new BindException(
                    "address already in use: " + path + " is a stale socket that cannot be removed: " + e);
        }
        boolean isTheSame = fileKey(aside).equals(found.fileKey());
        if (!isTheSame) {
            Files.createLink(path, aside);
        }
        Files.delete(aside);
        if (!isTheSame) {
            throw new BindException("address already in use: a server has just begun to listen on " + path);
        }
    }

    /** Where the server is to bind first. */
    Path privatePath() {
        return privateDirectory.resolve("s");
    }

    /**
     * Makes the bound socket appear at its path.
     *
     * @param permissions what it is to have, or null for what the process's umask gave it
     */
    void publish(@Nullable Set<PosixFilePermission> permissions) throws IOException {
        Path bound = privatePath();
        try {
            if (permissions != null) {
                Files.setPosixFilePermissions(bound, permissions);
            }
            ownFileKey = fileKey(bound);
            Files.createLink(path, bound);
        } catch (FileAlreadyExistsException e) {
            ownFileKey = null;
            throw new BindException("address already in use: a server has just begun to listen on " + path);
        } finally {
            clean();
        }
    }

    /** Removes what only this server could see. */
    void clean() throws IOException {
        Files.deleteIfExists(privatePath());
        Files.deleteIfExists(privateDirectory);
    }

    /** Removes the socket from its path if it is still the one that was put there. */
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
     * Whether a server answers at the path. It is asked by a link of a short name: the JDK cannot connect to the longest paths.
     */
    private static boolean answers(Path path, Path link) throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            Files.createLink(link, path);
            probe.configureBlocking(false);
            return probe.connect(UnixDomainSocketAddress.of(link));
        } catch (ConnectException e) {
            return false;
        } catch (IOException e) {
            return true; // full backlog, or one that we may not talk to: not ours to remove
        } finally {
            Files.deleteIfExists(link);
        }
    }
}
