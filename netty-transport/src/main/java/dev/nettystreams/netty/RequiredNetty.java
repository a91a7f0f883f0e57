package dev.nettystreams.netty;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The version check of Netty in this process. It runs once, before the first class that is newer than Netty 4.1 is
 * linked, at the entry points of the streams, so that their caller gets the message and not a log. Names Netty's
 * classes only by strings.
 *
 * <p>Any thread.
 */
final class RequiredNetty {
    private static final String ANY_NETTY = "io.netty.channel.Channel";

    /** Needed in every Netty; the second one is in a module that a program over NIO may have left out. */
    private static final List<String> NEEDED =
            List.of("io.netty.channel.IoHandlerFactory", "io.netty.channel.unix.IntegerUnixChannelOption");

    /** Needed if epoll's classes are present. */
    private static final String EPOLL = "io.netty.channel.epoll.EpollIoOps";

    private static final String EPOLL_FIELD = "NONE";

    private static final NettyVerdict VERDICT = judged();

    static {
        if (VERDICT.warning() != null) {
            System.getLogger("dev.nettystreams").log(Level.WARNING, VERDICT.warning());
        }
    }

    private RequiredNetty() {}

    /** @throws IllegalStateException if the streams cannot run on it; with the same message each time */
    static void check() {
        check(IoBackend.NIO);
    }

    /** @throws IllegalStateException if the backend cannot run on it; with the same message each time */
    static void check(IoBackend backend) {
        String refusal = refusalOf(backend);
        if (refusal != null) {
            throw new IllegalStateException(refusal);
        }
    }

    /** Returns why a backend cannot run on this version of Netty, or null if the version is no obstacle. */
    static @Nullable String refusalOf(IoBackend backend) {
        return backend == IoBackend.IO_URING ? VERDICT.uringRefusal() : VERDICT.refusal();
    }

    private static NettyVerdict judged() {
        ClassLoader loader = loader();
        return NettyVerdict.of(NettyModule.seenBy(loader), lackingFrom(loader));
    }

    /** Returns Netty's own class loader if possible: the modules beside its classes are the ones that count. */
    private static ClassLoader loader() {
        ClassLoader ours = RequiredNetty.class.getClassLoader();
        ClassLoader start = ours == null ? ClassLoader.getSystemClassLoader() : ours;
        try {
            ClassLoader nettys = Class.forName(ANY_NETTY, false, start).getClassLoader();
            return nettys == null ? start : nettys;
        } catch (ClassNotFoundException | LinkageError e) {
            return start;
        }
    }

    private static @Nullable String lackingFrom(ClassLoader loader) {
        for (String needed : NEEDED) {
            if (find(needed, loader) == null) {
                return needed;
            }
        }
        Class<?> epoll = find(EPOLL, loader);
        if (epoll == null) {
            return null; // an optional module
        }
        try {
            boolean isThere = Arrays.stream(epoll.getFields())
                    .anyMatch(field -> field.getName().equals(EPOLL_FIELD));
            return isThere ? null : EPOLL + "." + EPOLL_FIELD;
        } catch (LinkageError e) {
            return EPOLL + ": " + e;
        }
    }

    private static @Nullable Class<?> find(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }
}
