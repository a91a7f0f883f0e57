package dev.nettystreams.netty;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks up host names. The system's resolver takes as long as its servers take, and cannot be cancelled. Each name
 * therefore has a thread of its own during its lookup, which all callers for that name share, and no name waits for
 * another.
 *
 * <pre>
 *   lookUp --the first caller--> a thread: resolver.resolve --> all callers up to then
 *          \__further callers__________________________/
 * </pre>
 *
 * <p>The threads are daemons, one for each lookup in progress. Any thread may call.
 */
final class NameLookups {
    /** The contract of {@link InetAddress#getAllByName}: blocks. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    /** The JDK's resolver. */
    static final NameLookups SYSTEM = new NameLookups(InetAddress::getAllByName);

    private final Resolver resolver;
    private final ConcurrentHashMap<String, CompletableFuture<List<InetAddress>>> underWay = new ConcurrentHashMap<>();

    NameLookups(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Looks up the addresses of a host, in the resolver's order. A name with characters other than ASCII is looked up
     * in its IDNA encoding (RFC 3490).
     *
     * @return a future of the caller's own; completes on a thread that may block
     */
    CompletableFuture<List<InetAddress>> lookUp(String host) {
        String name;
        try {
            name = encoded(host);
        } catch (UnknownHostException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<List<InetAddress>> fresh = new CompletableFuture<>();
        CompletableFuture<List<InetAddress>> shared = underWay.putIfAbsent(name, fresh);
        if (shared != null) {
            return shared.copy();
        }
        CompletableFuture<List<InetAddress>> own = fresh.copy();
        try {
            String threadName = "netty-streams-lookup-" + name.substring(0, Math.min(name.length(), 64));
            boolean inheritsLocals = false;
            Thread thread = new Thread(null, () -> resolve(name, fresh), threadName, 0, inheritsLocals);
            thread.setDaemon(true);
            thread.start();
        } catch (Throwable e) { // out of memory for a thread
            underWay.remove(name, fresh);
            fresh.completeExceptionally(e);
        }
        return own;
    }

    private void resolve(String name, CompletableFuture<List<InetAddress>> outcome) {
        List<InetAddress> found;
        try {
            found = List.of(resolver.resolve(name));
        } catch (Throwable e) { // any failure must reach the callers
            underWay.remove(name, outcome);
            outcome.completeExceptionally(e);
            return;
        }
        underWay.remove(name, outcome); // first: a caller from now on starts a new lookup
        outcome.complete(found);
    }

    private static String encoded(String host) throws UnknownHostException {
        if (host.chars().allMatch(c -> c < 0x80)) {
            return host; // even a name that IDNA would refuse, such as one with an underscore
        }
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            UnknownHostException failure = new UnknownHostException("the host name has no IDNA encoding: " + host);
            failure.initCause(e);
            throw failure;
        }
    }
}
