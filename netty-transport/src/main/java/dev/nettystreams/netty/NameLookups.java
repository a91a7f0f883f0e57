package dev.nettystreams.netty;

import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks names up. The system's resolver takes as long as its servers let it, and cannot be called off: so each name has
 * a thread of its own while it is looked up, shared by all who ask for that name, and no name waits for another.
 *
 * <pre>
 *   lookUp --the first to ask--> a thread: resolver.resolve --> all who have asked by then
 *          \__others meanwhile____________________________/
 * </pre>
 *
 * <p>The threads are daemons, and as many as there are names under way. Any thread may call.
 */
final class NameLookups {
    /** As {@link InetAddress#getAllByName}: blocks. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] resolve(String name) throws UnknownHostException;
    }

    /** The JDK's. */
    static final NameLookups SYSTEM = new NameLookups(InetAddress::getAllByName);

    private final Resolver resolver;
    private final ConcurrentHashMap<String, CompletableFuture<List<InetAddress>>> underWay = new ConcurrentHashMap<>();

    NameLookups(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * The addresses of a host, in the resolver's order. A name that is not ASCII is looked up as IDNA (RFC 3490)
     * encodes it.
     *
     * @return the caller's own; completes on a thread that may block
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
        } catch (Throwable e) { // no memory for a thread
            underWay.remove(name, fresh);
            fresh.completeExceptionally(e);
        }
        return own;
    }

    private void resolve(String name, CompletableFuture<List<InetAddress>> outcome) {
        List<InetAddress> found;
        try {
            found = List.of(resolver.resolve(name));
        } catch (Throwable e) { // whatever went wrong is for those who have asked
            underWay.remove(name, outcome);
            outcome.completeExceptionally(e);
            return;
        }
        underWay.remove(name, outcome); // first: who asks from now on asks anew
        outcome.complete(found);
    }

    private static String encoded(String host) throws UnknownHostException {
        if (host.chars().allMatch(c -> c < 0x80)) {
            return host; // also what IDNA would refuse, such as an underscore
        }
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            UnknownHostException failure = new UnknownHostException("no name that IDNA can encode: " + host);
            failure.initCause(e);
            throw failure;
        }
    }
}
