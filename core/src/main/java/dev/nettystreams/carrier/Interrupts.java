package dev.nettystreams.carrier;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The interrupts of one thread, with their reasons. A deadline whose steps end takes its own interrupt back, and must
 * leave the interrupts of others in place; this class tells them apart.
 *
 * <p>Java's interrupt is one flag without a sender. A thread that awaits may be interrupted because its task was
 * cancelled or settled, because a deadline has passed, because it holds up its event loop, or by other code, and the
 * consequences differ. This library sends every interrupt through this class, with a {@link Reason}.
 *
 * <pre>
 *   reasons   the reasons of all interrupts since the innermost scope began
 *   flag      Thread.isInterrupted(): set by every interrupt, cleared by the wait that throws
 *
 *   send(r)       adds r to the reasons, then sets the flag; also adds STRANGER if the flag was set without a reason
 *   take back r   removes r; clears the flag if no reason is left
 *   scope         begins without reasons, or with STRANGER if the flag is set; when it ends, its remaining reasons join
 *                 those of the outer scope
 * </pre>
 *
 * A scope ({@link InterruptScope}) is a section of code that one deadline may interrupt. A wait ({@link WatchedWait})
 * is a section that {@link PinWatch} may interrupt. The close of either decides by compare-and-set: the interrupt has
 * been sent and is taken back, or it is never sent.
 *
 * <p>This class takes no lock. A carried thread that waited for a lock would be unmounted, and the loop's own thread,
 * which sends interrupts, would then wait for it.
 *
 * <p>Confined to its thread, except for the methods marked "any thread".
 */
public final class Interrupts {
    /** The reason of an interrupt: one of the {@link Sender senders}, or the scope whose deadline has passed. */
    public sealed interface Reason permits Sender, InterruptScope {}

    /** The reasons that are the same in all scopes of a thread. */
    public enum Sender implements Reason {
        /** The thread's task was cancelled. */
        CANCELLED,
        /** The future of the thread's task was completed by other code. */
        SETTLED,
        /** The thread holds up its event loop. */
        PINNED,
        /** Code outside this library. */
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

    /** The value of {@link #beginWait} on a thread that no loop carries. */
    public static final int NOT_WAITING = WatchedWait.NOT_WAITING;

    private static final ThreadLocal<@Nullable Interrupts> OF_CALLER = new ThreadLocal<>();

    /**
     * The carried threads in scopes, for {@link PinWatch}: the loop keeps the timers of their deadlines, and cannot
     * fire one while a thread holds it up.
     */
    private static final Map<Thread, Interrupts> CARRIED_IN_SCOPES = new ConcurrentHashMap<>();

    /** The value of {@code thread} if an interrupt was sent before the thread was known. */
    private static final Thread TOO_EARLY = new Thread();

    private volatile @Nullable Thread thread;
    private @Nullable LoopCarrier carrier; // carries the thread
    private final Reasons reasons = new Reasons();
    private final WatchedWait wait = new WatchedWait();
    private volatile int senderCount; // threads that are between adding a reason and setting the flag
    private volatile boolean isOwed;
    private boolean wasPinned; // the last wait was interrupted for holding up the loop
    private volatile @Nullable InterruptScope innermost; // written by the thread

    /** Creates the interrupts of a thread that does not exist yet. */
    public Interrupts() {}

    /** Returns the calling thread's, or null if it has none and no loop carries it. */
    public static @Nullable Interrupts ofCaller() {
        Interrupts own = OF_CALLER.get();
        boolean isMadeByACarried = own == null && LoopCarrier.ofCaller() != null;
        return isMadeByACarried ? newOfCaller() : own;
    }

    /** Returns the calling thread's; creates them if it has none. */
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

    /** Sets the thread. Called before its start, by the thread that starts it. */
    public void bind(Thread made) {
        if (TOO_EARLY.equals(THREAD.getAndSet(this, made))) {
            made.interrupt();
        }
    }

    /** Called in the thread, before its code. */
    public void adoptCaller() {
        carrier = LoopCarrier.ofCaller();
        OF_CALLER.set(this);
    }

    /** For the tests of this package, on threads that no loop carries. */
    void beCarriedBy(LoopCarrier pretended) {
        carrier = pretended;
    }

    // ---- sending

    /** Interrupts the thread now, or at its start if it has not started. Any thread. */
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

    /** Returns the thread, or null if it is not known yet: {@link #bind} then interrupts it. */
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
     * Interrupts the thread again, once it has seen the interrupt before: a thread sees two interrupts as one if both
     * arrive before it looks. The caller calls {@link #sendOwed} from time to time until it returns false. Any thread.
     */
    public void sendBehindEarlier() {
        isOwed = true;
        sendOwed();
    }

    /**
     * Sends the interrupt that {@link #sendBehindEarlier} owes, if the thread has seen the one before. Returns whether
     * it is still owed. Any thread.
     */
    public boolean sendOwed() {
        Thread target = boundThread();
        if (target != null && !target.isInterrupted() && OWED.compareAndSet(this, true, false)) {
            send(Sender.CANCELLED);
        }
        return isOwed;
    }

    /** Returns whether the thread has been interrupted for a known reason since its innermost scope began. */
    public boolean hasReason() {
        return !reasons.get().isEmpty();
    }

    /** Called after a reason was removed: clears the flag if none is left. */
    private void clearFlagOfNoReason() {
        if (Thread.interrupted() && hasReason()) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- waits

    /**
     * Begins a wait: the thread is about to park. {@link #endWait} must follow.
     *
     * @return the wait, which the caller passes to {@code endWait}
     * @throws InterruptedException if an interrupt is owed to the thread
     */
    public int beginWait() throws InterruptedException {
        if (isOwed && !Thread.currentThread().isInterrupted() && OWED.compareAndSet(this, true, false)) {
            add(Sender.CANCELLED);
            throw new InterruptedException();
        }
        LoopCarrier carries = carrier;
        if (carries == null) {
            return NOT_WAITING;
        }
        wasPinned = false;
        int begun = wait.begin();
        carries.probe().waits(this);
        return begun;
    }

    /**
     * Ends a wait.
     *
     * @param begun the value that {@link #beginWait} returned
     * @param isInterrupted whether the wait threw {@link InterruptedException}, which has cleared the flag
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

    /** Returns whether the caller's last wait was interrupted for holding up its loop, and clears that mark. */
    static boolean takePinnedMarkOfCaller() {
        Interrupts own = ofCaller();
        if (own == null || !own.wasPinned) {
            return false;
        }
        own.wasPinned = false;
        return true;
    }

    /**
     * Called when an interrupt has ended a wait of the caller.
     *
     * @param what the wait, for the exception's message
     * @throws IllegalStateException if the wait was interrupted for holding up its event loop
     */
    public static void failIfPinned(String what, InterruptedException interrupt) {
        if (takePinnedMarkOfCaller()) {
            throw new IllegalStateException(
                    what + " held up its event loop: " + PinWatch.describe(interrupt.getStackTrace()), interrupt);
        }
    }

    /**
     * Called when a wait of the caller was interrupted and succeeds all the same: keeps the interrupt for the next
     * wait, unless the only reason was that this wait held up the loop.
     */
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

    /** Returns the thread's current wait, for {@link #interruptPinned}. On the watch's thread. */
    int observeWait() {
        return wait.observe();
    }

    /** Interrupts the observed wait unless it is over; returns whether it did. On the watch's thread. */
    boolean interruptPinned(int observed) {
        return wait.interrupt(observed, () -> send(Sender.PINNED));
    }

    // ---- scopes

    /** Begins a section of code that a deadline may interrupt; {@link InterruptScope#close} must follow. */
    public InterruptScope beginScope(long timeoutNanos) {
        Set<Reason> outerReasons = reasons.take();
        awaitSenders();
        if (Thread.currentThread().isInterrupted()) { // for an outer reason, and yet to be seen: in this scope
            reasons.change(known -> known.add(Sender.STRANGER));
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

    /** Takes back the interrupt of a scope; returns whether another reason is left. */
    boolean takeBack(InterruptScope scope) {
        reasons.change(known -> known.remove(scope));
        boolean wasSet = Thread.interrupted();
        boolean isAnyLeft = hasReason(); // asked behind the flag, which follows its reason
        if (isAnyLeft) {
            awaitSenders();
            if (wasSet) {
                Thread.currentThread().interrupt();
            }
        }
        return isAnyLeft;
    }

    /** Waits until the flag is set for each reason that was added before: for a few instructions of other threads. */
    private void awaitSenders() {
        while (senderCount > 0) {
            Thread.onSpinWait();
        }
    }

    /** Ends a closed scope. STRANGER does not join the outer scope, which sees the flag itself if it is still set. */
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

    /** Interrupts a carried thread for each deadline that has passed; returns whether it did. On the watch's thread. */
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

    /** For the tests of this package. */
    static int carriedInScopesCount() {
        return CARRIED_IN_SCOPES.size();
    }
}
