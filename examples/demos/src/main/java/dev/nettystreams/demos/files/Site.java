package dev.nettystreams.demos.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * The directory that is served. A path is resolved with all symbolic links, and its target must lie within the
 * directory. A name that begins with a dot, such as {@code .git} or {@code .env}, is often there by accident and does
 * not exist for clients, unless hidden files are served, too.
 *
 * <p>Its methods block. Any thread.
 */
final class Site {
    private static final int MOST_ENTRIES = 10_000;

    private final Path root;
    private final boolean servesHidden;

    /**
     * @param servesHidden whether names that begin with a dot are served, too
     * @throws IOException if there is no such directory
     */
    Site(Path directory, boolean servesHidden) throws IOException {
        this.servesHidden = servesHidden;
        root = directory.toRealPath();
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(directory.toString());
        }
    }

    /** What a path leads to. */
    sealed interface Found {}

    /** A file, opened; its receiver closes it. */
    record Opened(Path path, FileChannel channel, FileState state, String contentType) implements Found {}

    /** The listing of a directory. */
    record Page(String html) implements Found {}

    /** A directory whose path lacks the slash at its end. */
    record Moved(String location) implements Found {}

    Found find(UrlPath path) throws HttpException, IOException {
        Path real = real(path);
        if (Files.isDirectory(real)) {
            if (!path.isDirectory()) {
                return new Moved(path.toDirectory());
            }
            Path index = real.resolve("index.html");
            return Files.isRegularFile(index) && isServed(index.toRealPath())
                    ? opened(index.toRealPath())
                    : new Page(Listing.page(path.names(), entries(real)));
        }
        if (!Files.isRegularFile(real) || path.isDirectory()) { // opening a FIFO would wait for its writer
            throw missing();
        }
        return opened(real);
    }

    private Path real(UrlPath path) throws HttpException, IOException {
        if (!path.names().stream().allMatch(this::mayBeNamed)) {
            throw missing(); // before a forbidden one gives itself away
        }
        Path real;
        try {
            real = root.resolve(String.join("/", path.names())).toRealPath();
        } catch (AccessDeniedException e) {
            throw forbidden();
        } catch (FileSystemException | InvalidPathException e) { // none, a loop of links, a name too long
            throw missing();
        }
        if (!isServed(real)) {
            throw missing();
        }
        return real;
    }

    /** @param real without links: one may lead out, or to a hidden file */
    private boolean isServed(Path real) {
        return real.startsWith(root) && (servesHidden || !isHidden(root.relativize(real)));
    }

    private static boolean isHidden(Path path) {
        for (Path name : path) {
            if (isHidden(name.toString())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isHidden(String name) {
        return name.startsWith(".");
    }

    /** @param real without links, so that none can have taken its place unseen */
    private static Opened opened(Path real) throws HttpException, IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(real, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        } catch (AccessDeniedException e) {
            throw forbidden();
        }
        try {
            FileState state = new FileState(
                    channel.size(), Files.getLastModifiedTime(real).toInstant());
            return new Opened(real, channel, state, ContentTypes.of(String.valueOf(real.getFileName())));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private List<String> entries(Path directory) throws HttpException, IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                boolean isDirectory = Files.isDirectory(entry);
                String name = String.valueOf(entry.getFileName());
                boolean isFile = isDirectory || Files.isRegularFile(entry); // and no FIFO
                if (names.size() < MOST_ENTRIES && isFile && mayBeNamed(name) && leadsToServed(entry)) {
                    names.add(name + (isDirectory ? "/" : ""));
                }
            }
        } catch (AccessDeniedException e) {
            throw forbidden();
        }
        Collections.sort(names);
        return names;
    }

    private boolean mayBeNamed(String name) {
        return servesHidden || !isHidden(name);
    }

    private boolean leadsToServed(Path entry) {
        try {
            return isServed(entry.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    private static HttpException missing() {
        return new HttpException(404, "there is no such file");
    }

    private static HttpException forbidden() {
        return new HttpException(403, "the file may not be read", Map.of());
    }
}
