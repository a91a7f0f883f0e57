package dev.nettystreams.carrier;

import dev.nettystreams.carrier.Interrupts.Reason;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** A set of reasons that any thread may change. Most are empty: an interrupt is rare. */
final class Reasons {
    private final AtomicReference<Set<Reason>> known = new AtomicReference<>(Set.of());

    Set<Reason> get() {
        return known.get();
    }

    /** Takes all of them out. */
    Set<Reason> take() {
        return known.getAndSet(Set.of());
    }

    /** The change may be made more than once, on a copy each time. */
    void change(Consumer<Set<Reason>> change) {
        known.updateAndGet(before -> {
            Set<Reason> after = new LinkedHashSet<>(before);
            change.accept(after);
            return after.isEmpty() ? Set.of() : Collections.unmodifiableSet(after);
        });
    }
}
