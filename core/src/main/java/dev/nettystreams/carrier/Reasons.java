package dev.nettystreams.carrier;

import dev.nettystreams.carrier.Interrupts.Reason;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A set of reasons that any thread may change. It is usually empty, because interrupts are rare. */
final class Reasons {
    private final AtomicReference<Set<Reason>> known = new AtomicReference<>(Set.of());

    Set<Reason> get() {
        return known.get();
    }

    /** Removes and returns all reasons. */
    Set<Reason> take() {
        return known.getAndSet(Set.of());
    }

    /** Applies a change to a copy; applies it again, to another copy, if other threads changed the set meanwhile. */
    void change(Consumer<Set<Reason>> change) {
        known.updateAndGet(before -> {
            Set<Reason> after = new LinkedHashSet<>(before);
            change.accept(after);
            return after.isEmpty() ? Set.of() : Collections.unmodifiableSet(after);
        });
    }
}
