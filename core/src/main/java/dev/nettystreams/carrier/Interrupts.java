package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of one thread: which reasons it has been interrupted for, and which of those is to be taken back.
 *
 * <p>Java's interrupt is one flag without a sender. A thread that awaits may be interrupted because its task is
 * cancelled or settled, because a deadline has passed, because it holds up its event loop, or by a stranger, and each
 * has another consequence. Every interrupt that this library sends goes through here, with its {@link Reason}.
 *
 * <pre>
 *   reasons   all that have interrupted the thread since its innermost scope began
 *   flag      Thread.isInterrupted(): set by each, cleared by the wait that ends for it
 *
 *   send(r)       reasons + r, then the flag. If the flag was there and no reason was: reasons + STRANGER
 *   take back r   reasons - r. The flag is cleared if no reason is left, else it stays
 *   scope         begins with no reasons; at its end those that are left join the outer scope's
 * </pre>
 *
 * A scope ({@link InterruptScope}) is a stretch of code that one deadline may interrupt, and a wait is one that the pin
 * watch may. Both close by a handshake: behind the close, the interrupt has been sent and is taken back, or never will
 * be sent.
 *
 * <p>No lock: a thread on an event loop that waited for one while it has another would be put aside, and the loop's own
 * thread, which sends interrupts, would wait behind it.
 *
 * <p>Confined to its thread, save the methods marked "any thread".
 */
public final class Interrupts {
    /** The sender of an interrupt; a deadline stands for itself. */
    public sealed interface Reason permits Sender, InterruptScope {}

    /** Senders of which a thread has one at most. */
    public enum Sender implements Reason {
        /** The task was asked to end. */
        CANCELLED,
        /** Another gave the task its outcome. */
        SETTLED,
        /** The thread held up its event loop. */
        PINNED,
        /** Code that is not this library's. */
        STRANGER
    }

    private static final VarHandle THREAD;
    private static final VarHandle OWED;
    private static final VarHandle SENDER_COUNT;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            THREAD = lookup.findVarHandle(Interrupts.class, "thread", Thread.class);
            OWED = lookup.findVarHandle(Interrupts.class, "isOwed", boolean.class);
            SENDER_COUNT = lookup.findVarHandle(Interrupts.class, "senderCount", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final ThreadLocal<@Nullable Interrupts> OF_CALLER = new ThreadLocal<>();

    /** Of carried threads in scopes: a deadline's timer is the loop's, which does not fire while a thread holds it. */
    private static final Map<Thread, Interrupts> CARRIED_IN_SCOPES = new ConcurrentHashMap<>();

    /** Stands for the thread that is not there yet, and has been interrupted. */
    private static final Thread TOO_EARLY = new Thread();

    private volatile @Nullable Thread thread;
    private @Nullable LoopCarrier carrier; // of the thread
    private final Reasons reasons = new Reasons();
    private final WatchedWait wait = new WatchedWait();
    private volatile int senderCount; // threads that are between adding a reason and setting the flag
    private volatile boolean isOwed;
    private boolean wasPinned; // the last wait was interrupted for holding up the loop
    private volatile @Nullable InterruptScope innermost; // written by the thread

    /** For a thread that has not begun. */
    public Interrupts() {}

    /** The calling thread's own, null if it has none and no loop carries it. */
    public static @Nullable Interrupts ofCaller() {
        Interrupts own = OF_CALLER.get();
        boolean isMadeByACarried = own == null && LoopCarrier.ofCaller() != null;
        return isMadeByACarried ? newOfCaller() : own;
    }

    /** The calling thread's own, made if need be. */
    public static Interrupts ofCallerOrNew() {
        Interrupts own = OF_CALLER.get();
        return own == null ? newOfCaller() : own;
    }

    private static Interrupts newOfCaller() {
        Interrupts own = new Interrupts();
        own.bind(Thread.currentThread());
        own.adoptCaller();
        return own;
    }

    /** The thread that this is for. Before its start, by the thread that starts it. */
    public void bind(Thread made) {
        if (TOO_EARLY.equals(THREAD.getAndSet(this, made))) {
            made.interrupt();
        }
    }

    /** In the thread, first of all. */
    public void adoptCaller() {
        carrier = LoopCarrier.ofCaller();
        OF_CALLER.set(this);
    }

    /** For the tests, which have no carried thread. */
    void beCarriedBy(LoopCarrier pretended) {
        carrier = pretended;
    }

    // ---- sending

    /** Interrupts the thread, now or at its start. Any thread. */
    public void send(Reason reason) {
        SENDER_COUNT.getAndAdd(this, 1);
        try {
            add(reason);
            Thread target = boundThread();
            if (target != null) {
                target.interrupt();
            }
        } finally {
            SENDER_COUNT.getAndAdd(this, -1);
        }
    }

    /** The thread; if it is not there yet, its {@link #bind} will interrupt it. */
    private @Nullable Thread boundThread() {
        Thread target = thread;
        if (target == null && !THREAD.compareAndSet(this, null, TOO_EARLY)) {
            target = thread;
        }
        return TOO_EARLY.equals(target) ? null : target;
    }

    private void add(Reason reason) {
        Thread target = thread;
        reasons.change(known -> {
            if (known.isEmpty() && target != null && target.isInterrupted()) {
                known.add(Sender.STRANGER);
            }
            known.add(reason);
        });
    }

    /**
     * Interrupts the thread once more when it has seen an earlier interrupt: of two that come before it looks, a thread
     * sees one. The caller calls {@link #sendOwed} now and then, until that says false. Any thread.
     */
    public void sendBehindEarlier() {
        isOwed = true;
        sendOwed();
    }

    /** Sends what {@link #sendBehindEarlier} owes, if the thread can see it. Returns true if it still owes it. */
    public boolean sendOwed() {
        Thread target = boundThread();
        if (target != null && !target.isInterrupted() && OWED.compareAndSet(this, true, false)) {
            send(Sender.CANCELLED);
        }
        return isOwed;
    }

    /** Whether a reason is known for which the thread has been interrupted since its innermost scope began. */
    public boolean hasReason() {
        return !reasons.get().isEmpty();
    }

    /** A reason has been removed: the flag goes with the last one. */
    private void clearFlagOfNoReason() {
        if (Thread.interrupted() && hasReason()) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- waits

    /**
     * The thread is about to park; {@link #endWait} must follow.
     *
     * @return the wait, to give to {@code endWait}
     * @throws InterruptedException if an interrupt is owed to the thread
     */
    public int beginWait() throws InterruptedException {
        if (isOwed && !Thread.currentThread().isInterrupted() && OWED.compareAndSet(this, true, false)) {
            add(Sender.CANCELLED);
            throw new InterruptedException();
        }
        LoopCarrier carries = carrier;
        if (carries == null) {
            return WatchedWait.NOT_WAITING;
        }
        wasPinned = false;
        int begun = wait.begin();
        carries.probe().waits(this);
        return begun;
    }

    /**
     * The wait is over.
     *
     * @param begun from {@link #beginWait}
     * @param isInterrupted whether it ended by an {@link InterruptedException}, which has cleared the flag
     */
    public void endWait(int begun, boolean isInterrupted) {
        if (wait.end(begun)) {
            wasPinned = isInterrupted;
            reasons.change(known -> known.remove(Sender.PINNED));
            if (!isInterrupted) {
                clearFlagOfNoReason();
            }
        }
    }

    /** Takes the mark that the caller's last wait was ended by an interrupt for holding up the loop. */
    static boolean takePinnedMarkOfCaller() {
        Interrupts own = ofCaller();
        if (own == null || !own.wasPinned) {
            return false;
        }
        own.wasPinned = false;
        return true;
    }

    /**
     * For a wait of the caller that an interrupt has ended, and that fails.
     *
     * @throws IllegalStateException if it was interrupted since it held up its event loop
     */
    public static void failIfPinned(String what, InterruptedException interrupt) {
        if (takePinnedMarkOfCaller()) {
            throw new IllegalStateException(
                    what + " held up its event loop: " + PinWatch.describe(interrupt.getStackTrace()), interrupt);
        }
    }

    /** For a wait of the caller that was interrupted and yet succeeds: the next wait is to see the interrupt. */
    public static void keepInterrupt() {
        boolean wasPinned = takePinnedMarkOfCaller();
        Interrupts own = ofCaller();
        if (!wasPinned || (own != null && own.hasReason())) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isOf(Thread other) {
        return other.equals(thread);
    }

    /** The thread's wait, to give to {@link #interruptPinned}. On the watch's thread. */
    int observeWait() {
        return wait.observe();
    }

    /** Interrupts the wait that was observed, if it is not over. On the watch's thread. */
    boolean interruptPinned(int observed) {
        return wait.interrupt(observed, () -> send(Sender.PINNED));
    }

    // ---- scopes

    /** Steps of the caller begin that a deadline may interrupt; {@link InterruptScope#close} must follow. */
    public InterruptScope beginScope(long timeoutNanos) {
        Set<Reason> outerReasons = reasons.take();
        while (senderCount > 0) { // its reason may be with the outer ones, and the flag not be set yet
            Thread.onSpinWait();
        }
        InterruptScope scope = new InterruptScope(this, innermost, outerReasons, timeoutNanos);
        innermost = scope;
        LoopCarrier carries = carrier;
        Thread own = thread;
        if (carries != null && own != null && scope.outer() == null) {
            CARRIED_IN_SCOPES.put(own, this);
        }
        return scope;
    }

    /** Returns whether a reason but the scope's own is left. */
    boolean takeBack(InterruptScope scope) {
        reasons.change(known -> known.remove(scope));
        clearFlagOfNoReason();
        return hasReason();
    }

    /** The scope is closed. A stranger is no reason in the outer scope: its flag is, if it is still there. */
    void leave(InterruptScope scope) {
        reasons.change(known -> {
            known.remove(Sender.STRANGER);
            known.addAll(scope.outerReasons());
        });
        innermost = scope.outer();
        Thread own = thread;
        if (carrier != null && own != null && scope.outer() == null) {
            CARRIED_IN_SCOPES.remove(own);
        }
    }

    /** Interrupts a carried thread whose deadline has passed; returns whether there was one. On the watch's thread. */
    static boolean interruptOverdue(Thread held) {
        boolean isAny = false;
        Interrupts own = CARRIED_IN_SCOPES.get(held);
        if (own != null) {
            for (InterruptScope scope = own.innermost; scope != null; scope = scope.outer()) {
                isAny |= scope.interruptIfOverdue();
            }
        }
        return isAny;
    }

    /** For the tests. */
    static int carriedInScopesCount() {
        return CARRIED_IN_SCOPES.size();
    }
}
