package dev.nettystreams.netty;

import dev.nettystreams.StreamConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The open connections, and the futures that wait until there are none. Any thread. */
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

    /** Adds a connection; returns false if the set is sealed. */
    boolean add(StreamConnection connection) {
        synchronized (lock) {
            return !isSealed && open.add(connection);
        }
    }

    /** From now on connections can only be removed. */
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

    /**
     * Copies the set without the lock, which the loops take: there may be very many connections. Complete once the set
     * is sealed.
     */
    List<StreamConnection> snapshot() {
        return List.copyOf(open);
    }

    /** Completes when the set is empty; each caller gets a future of its own. */
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
