package dev.nettystreams.netty;

import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Netty of this process, looked at once, before the first of its classes that is newer than 4.1 is linked: where
 * the streams begin, so that their caller is told, and not a log. Names Netty's classes by strings only.
 *
 * <p>Any thread.
 */
final class RequiredNetty {
    private static final String ANY_NETTY = "io.netty.channel.Channel";

    /** Needed of every Netty; the second one is of a module that a program over NIO may have left out. */
    private static final List<String> NEEDED =
            List.of("io.netty.channel.IoHandlerFactory", "io.netty.channel.unix.IntegerUnixChannelOption");

    /** Needed where epoll's classes are. */
    private static final String EPOLL = "io.netty.channel.epoll.EpollIoOps";

    private static final String EPOLL_FIELD = "NONE";

    private static final NettyVerdict VERDICT = judged();

    static {
        if (VERDICT.warning() != null) {
            System.getLogger("dev.nettystreams").log(Level.WARNING, VERDICT.warning());
        }
    }

    private RequiredNetty() {}

    /** @throws IllegalStateException if the streams cannot run on it; in the same words each time */
    static void check() {
        check(IoBackend.NIO);
    }

    /** @throws IllegalStateException if the backend cannot run on it; in the same words each time */
    static void check(IoBackend backend) {
        String refusal = refusalOf(backend);
        if (refusal != null) {
            throw new IllegalStateException(refusal);
        }
    }

    /** Why a backend cannot run on it, null if it can, or if that is not for its version to say. */
    static @Nullable String refusalOf(IoBackend backend) {
        return backend == IoBackend.IO_URING ? VERDICT.uringRefusal() : VERDICT.refusal();
    }

    private static NettyVerdict judged() {
        ClassLoader loader = loader();
        return NettyVerdict.of(NettyModule.seenBy(loader), lackingFrom(loader));
    }

    /** Netty's own, if it can be had: the modules beside its classes are those that count. */
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
