package dev.nettystreams.demos.resp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys and their values. An expired value counts as absent, and is removed at the next access. Any thread; each method
 * is atomic for its key.
 */
final class Keyspace {
    static final long NEVER = Long.MAX_VALUE;

    private final ConcurrentHashMap<Key, Value> values = new ConcurrentHashMap<>();
    private final LongSupplier clockMillis;

    private static final class Value {
        final byte[] bytes;
        final long expiresAtMillis; // wall-clock time, or NEVER

        Value(byte[] bytes, long expiresAtMillis) {
            this.bytes = bytes;
            this.expiresAtMillis = expiresAtMillis;
        }
    }

    /** The condition of a SET. */
    enum Condition {
        ALWAYS,
        IF_ABSENT,
        IF_PRESENT
    }

    /** The result of a SET. */
    static final class Replaced {
        final boolean isApplied;
        final byte @Nullable [] previous;

        Replaced(boolean isApplied, byte @Nullable [] previous) {
            this.isApplied = isApplied;
            this.previous = previous;
        }
    }

    Keyspace(LongSupplier clockMillis) {
        this.clockMillis = clockMillis;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    byte @Nullable [] get(byte[] key) {
        Value live = live(new Key(key));
        return live == null ? null : live.bytes;
    }

    /** Returns when a key expires: {@link #NEVER} if it does not, null if there is no such key. */
    @Nullable
    Long expiresAtMillis(byte[] key) {
        Value live = live(new Key(key));
        return live == null ? null : Long.valueOf(live.expiresAtMillis);
    }

    private @Nullable Value live(Key key) {
        Value value = values.get(key);
        if (value == null || !isExpired(value)) {
            return value;
        }
        values.remove(key, value);
        return null;
    }

    private boolean isExpired(Value value) {
        return value.expiresAtMillis != NEVER && value.expiresAtMillis <= nowMillis();
    }

    /** @param expiresAtMillis wall-clock time, {@link #NEVER}, or null to keep the current one */
    Replaced set(byte[] key, byte[] bytes, @Nullable Long expiresAtMillis, Condition condition) {
        Replaced[] outcome = new Replaced[1];
        values.compute(new Key(key), (any, stored) -> {
            Value before = stored == null || isExpired(stored) ? null : stored;
            boolean isApplied = switch (condition) {
                case ALWAYS -> true;
                case IF_ABSENT -> before == null;
                case IF_PRESENT -> before != null;
            };
            outcome[0] = new Replaced(isApplied, before == null ? null : before.bytes);
            if (!isApplied) {
                return before;
            }
            long kept = before == null ? NEVER : before.expiresAtMillis;
            return new Value(bytes, expiresAtMillis == null ? kept : expiresAtMillis);
        });
        return outcome[0];
    }

    long increment(byte[] key) throws CommandException {
        CommandException[] refusal = new CommandException[1];
        long[] sum = new long[1];
        values.compute(new Key(key), (any, stored) -> {
            Value before = stored == null || isExpired(stored) ? null : stored;
            Long number = before == null ? Long.valueOf(0) : StrictLong.parse(before.bytes);
            if (number == null) {
                refusal[0] = CommandException.notAnInteger();
                return before;
            }
            if (number == Long.MAX_VALUE) {
                refusal[0] = new CommandException("ERR increment or decrement would overflow");
                return before;
            }
            sum[0] = number + 1;
            return new Value(Long.toString(sum[0]).getBytes(US_ASCII), before == null ? NEVER : before.expiresAtMillis);
        });
        if (refusal[0] != null) {
            throw refusal[0];
        }
        return sum[0];
    }

    boolean delete(byte[] key) {
        Value removed = values.remove(new Key(key));
        return removed != null && !isExpired(removed);
    }

    void clear() {
        values.clear();
    }

    int size() {
        values.values().removeIf(this::isExpired);
        return values.size();
    }
}
