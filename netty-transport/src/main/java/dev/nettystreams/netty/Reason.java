package dev.nettystreams.netty;

import io.netty.channel.ChannelException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Why something of the system's failed, in the system's words: the part of a message behind the colon. */
final class Reason {
    /** What Netty's native transports have no message for. */
    private static final String NO_ROUTE = "No route to host";

    private static final String NO_FILE = "No such file or directory";

    private Reason() {}

    /** The failure of a stage itself, which the stages behind it wrap. */
    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static String of(Throwable failure) {
        if (failure instanceof FileSystemException inFiles) {
            return ofFiles(inFiles);
        }
        Throwable told = failure;
        if (failure instanceof ChannelException && failure.getCause() instanceof IOException reason) {
            told = reason; // Netty's own words are "Failed to open a socket.", without the reason
        }
        String message = told.getMessage();
        return told instanceof Error || message == null ? told.toString() : message;
    }

    /** Without the file, which may be a private one: the caller names the one that was asked for. */
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
     * The failure of an attempt to connect, with words. Netty's native transports have an exception without any for
     * three errors of the system, and for two of them the same one; which it was is asked of the system again.
     *
     * @param from the local address that was asked for, null for any
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

    /** By a datagram socket: connecting one looks for a route, and sends nothing. */
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
            return NO_ROUTE; // not to be asked: out of file descriptors, say
        }
        return NO_ROUTE; // there is one again, or it ends somewhere
    }
}
