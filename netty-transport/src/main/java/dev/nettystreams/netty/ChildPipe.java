package dev.nettystreams.netty;

import io.netty.channel.unix.FileDescriptor;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A pipe of the system's, for a child process. Java opens a pipe by its name only, so each side opens its end as a file
 * of {@code /proc/self/fd}: an open file of its own, which blocks as the JDK expects.
 *
 * <pre>
 *   open --> this process opens its end, the JDK opens the child's and starts it --> close: only these ends are left
 * </pre>
 *
 * <p>Linux, with Netty's native library. Confined to the thread that starts the child.
 */
final class ChildPipe implements AutoCloseable {
    private static final String DESCRIPTORS = "/proc/self/fd/";

    private final FileDescriptor read;
    private final FileDescriptor write;

    private ChildPipe(FileDescriptor read, FileDescriptor write) {
        this.read = read;
        this.write = write;
    }

    static boolean areAvailable() {
        return IoBackend.EPOLL.isAvailable() && Files.isDirectory(Path.of(DESCRIPTORS));
    }

    static ChildPipe open() throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new ChildPipe(ends[0], ends[1]);
    }

    private static String nameOf(FileDescriptor end) {
        return DESCRIPTORS + end.intValue();
    }

    /** Returns the end that a child reads. */
    Redirect readEnd() {
        return Redirect.from(new File(nameOf(read)));
    }

    /** Returns the end that a child writes. */
    Redirect writeEnd() {
        return Redirect.to(new File(nameOf(write)));
    }

    InputStream openReadEnd() throws IOException {
        return Channels.newInputStream(FileChannel.open(Path.of(nameOf(read)), StandardOpenOption.READ));
    }

    OutputStream openWriteEnd() throws IOException {
        return Channels.newOutputStream(FileChannel.open(Path.of(nameOf(write)), StandardOpenOption.WRITE));
    }

    /** Closes the two descriptors that the pipe was made with. */
    @Override
    public void close() throws IOException {
        try {
            read.close();
        } finally {
            write.close();
        }
    }
}
