package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The connections that are open, and who waits for there to be none. Any thread. */
final class ConnectionSet {
    private final Object lock = new Object();
    private final Set<StreamConnection> open = ConcurrentHashMap.newKeySet(); // changed under lock
    private boolean isSealed; // guarded by lock
    private List<CompletableFuture<Void>> waiters = new ArrayList<>(0); // guarded by lock

    int size() {
        synchronized (lock) {
            return open.size();
        }
    }

    /** Adds a connection, unless the set is sealed: then it says false. */
    boolean add(StreamConnection connection) {
        synchronized (lock) {
            return !isSealed && open.add(connection);
        }
    }

    /** From now on connections only leave. */
    void seal() {
        synchronized (lock) {
            isSealed = true;
        }
    }

    void remove(StreamConnection connection) {
        List<CompletableFuture<Void>> released = List.of();
        synchronized (lock) {
            open.remove(connection);
            if (open.isEmpty() && !waiters.isEmpty()) {
                released = waiters;
                waiters = new ArrayList<>(0);
            }
        }
        released.forEach(ConnectionSet::complete);
    }

    /** Without the lock, which the loops take: there may be very many. Complete once the set is sealed. */
    List<StreamConnection> snapshot() {
        return List.copyOf(open);
    }

    /** Completes when there is none; each caller has a future of its own. */
    CompletableFuture<Void> whenEmpty() {
        CompletableFuture<Void> empty = new CompletableFuture<>();
        synchronized (lock) {
            if (!open.isEmpty()) {
                waiters.add(empty);
                return empty;
            }
        }
        return complete(empty);
    }

    @SuppressWarnings("NullAway") // Void has no other value
    private static CompletableFuture<Void> complete(CompletableFuture<Void> future) {
        future.complete(null);
        return future;
    }
}
