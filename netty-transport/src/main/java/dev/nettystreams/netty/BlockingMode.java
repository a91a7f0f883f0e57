package dev.nettystreams.netty;

import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a socket of another process's non-blocking (Linux). A service manager passes on blocking ones. If another
 * process that shares the socket takes a connection first, accepting holds up the event loop until the next one.
 *
 * <p>Neither the JDK nor Netty has a call for it. But Netty makes each descriptor that it receives over a Unix socket
 * non-blocking, and that flag belongs to the open socket, which all copies of its descriptor share. So the socket is
 * sent to this process itself, over a pair of sockets in a directory that only this user may enter.
 *
 * <p>Blocks for file operations; not for the event loop.
 */
final class BlockingMode {
    private static final int O_NONBLOCK = 04000;
    private static final Pattern FLAGS = Pattern.compile("^flags:\\s*([0-7]+)", Pattern.MULTILINE);

    private BlockingMode() {}

    static void clear(Socket socket) throws IOException {
        if (isNonBlocking(socket.intValue())) {
            return;
        }
        Path directory = Files.createTempDirectory(
                "s", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path path = directory.resolve("s");
        try {
            sendToItself(socket, new DomainSocketAddress(path.toString()));
        } finally {
            Files.deleteIfExists(path);
            Files.delete(directory);
        }
    }

    private static void sendToItself(Socket socket, DomainSocketAddress address) throws IOException {
        Socket listener = Socket.newSocketDomain();
        try {
            listener.bind(address);
            listener.listen(1);
            Socket sender = Socket.newSocketDomain();
            try {
                sender.connect(address);
                sender.sendFd(socket.intValue());
                receive(new Socket(listener.accept(new byte[128])));
            } finally {
                sender.close();
            }
        } finally {
            listener.close();
        }
    }

    private static void receive(Socket receiver) throws IOException {
        try {
            new FileDescriptor(receiver.recvFd()).close(); // the copy has served
        } finally {
            receiver.close();
        }
    }

    static boolean isNonBlocking(int descriptor) throws IOException {
        Matcher flags = FLAGS.matcher(Files.readString(Path.of("/proc/self/fdinfo/" + descriptor)));
        return flags.find() && (Integer.parseInt(flags.group(1), 8) & O_NONBLOCK) != 0;
    }
}
