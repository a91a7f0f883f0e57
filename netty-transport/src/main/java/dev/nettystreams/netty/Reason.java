package dev.nettystreams.netty;

import io.netty.channel.ChannelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** The system's message for a failure of the system: the part of our message after the colon. */
final class Reason {
    /** The message for errors that Netty's native transports report without one. */
    private static final String NO_ROUTE = "No route to host";

    private static final String NO_FILE = "No such file or directory";

    private Reason() {}

    static String of(Throwable failure) {
        if (failure instanceof FileSystemException inFiles) {
            return ofFiles(inFiles);
        }
        if (failure instanceof ClosedChannelException) { // has no message, and Netty's has a private name
            return "the channel was closed";
        }
        Throwable told = failure;
        if (failure instanceof ChannelException && failure.getCause() instanceof IOException reason) {
            told = reason; // Netty's own message is "Failed to open a socket.", without the reason
        }
        String message = told.getMessage();
        return told instanceof Error || message == null ? told.toString() : message;
    }

    /** Omits the file, which may be a private one: the caller names the requested file. */
    private static String ofFiles(FileSystemException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (failure instanceof NoSuchFileException) {
            return NO_FILE;
        }
        String reason = failure.getReason();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }

    /**
     * Returns the failure of an attempt to connect, with a message. For three errors of the system Netty's native
     * transports throw an exception without one, and for two of these the same one; the system is asked again which of
     * the two it was.
     *
     * @param from the requested local address, or null for any
     */
    static Throwable worded(Throwable failure, SocketAddress to, @Nullable SocketAddress from) {
        String message = failure.getMessage();
        boolean isSilent = message == null || message.startsWith("null: ");
        if (isSilent && failure instanceof NoRouteToHostException) {
            return caused(new NoRouteToHostException(unreachable(to, from) + ": " + to), failure);
        }
        if (isSilent && failure instanceof FileNotFoundException) {
            return caused(new FileNotFoundException(NO_FILE + ": " + to), failure);
        }
        return failure;
    }

    private static Throwable caused(Throwable worded, Throwable cause) {
        return worded.initCause(cause);
    }

    /** Probes with a datagram socket: connecting one looks up a route and sends nothing. */
    private static String unreachable(SocketAddress to, @Nullable SocketAddress from) {
        try (DatagramChannel probe = DatagramChannel.open()) {
            try {
                if (from instanceof InetSocketAddress local) {
                    probe.bind(new InetSocketAddress(local.getAddress(), 0));
                }
                probe.connect(to);
            } catch (IOException e) {
                return e.getMessage() == null ? NO_ROUTE : e.getMessage();
            }
        } catch (IOException | RuntimeException e) {
            return NO_ROUTE; // cannot be probed: out of file descriptors, for instance
        }
        return NO_ROUTE; // a route exists again, or it ends on the way
    }
}
