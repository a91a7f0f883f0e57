package dev.nettystreams;

import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One recorded run, replayed: a reader over a scripted transport, and its state after each step in the recording's
 * terms.
 */
final class VectorRun {
    private static final HexFormat HEX = HexFormat.of();
    private static final List<String> OUTCOME = List.of("bytes", "error", "partial", "expected", "consumed", "pending");

    private final ScriptedTransport transport = new ScriptedTransport();
    private final StreamReader reader;
    private @Nullable CompletableFuture<byte[]> read;
    private boolean readsAll; // the pending read is a read(-1)

    VectorRun(int limit) {
        reader = transport.connect(StreamLimits.DEFAULT.withReadLimit(limit)).reader();
    }

    /** Replays a vector; returns the difference, or null. */
    static @Nullable String difference(Map<String, Object> vector) {
        VectorRun run = new VectorRun(((Long) vector.get("limit")).intValue());
        int index = 0;
        for (Object each : (List<?>) vector.get("steps")) {
            @SuppressWarnings("unchecked")
            Map<String, Object> step = (Map<String, Object>) each;
            Map<String, Object> expected = expectation(step);
            Map<String, Object> actual = run.take(step);
            actual.keySet().removeIf(key -> !OUTCOME.contains(key) && !expected.containsKey(key));
            if (!actual.equals(expected)) {
                return "vector " + vector.get("id") + ", step " + index + " " + step + ": expected " + expected
                        + ", actual " + actual;
            }
            index++;
        }
        return null;
    }

    /** Returns the part of a step that describes its outcome; the rest are the operation's arguments. */
    private static Map<String, Object> expectation(Map<String, Object> step) {
        Map<String, Object> expected = new LinkedHashMap<>(step);
        expected.keySet().removeAll(List.of("op", "data", "n", "separators"));
        return expected;
    }

    private Map<String, Object> take(Map<String, Object> step) {
        Map<String, Object> seen = new LinkedHashMap<>();
        String op = (String) step.get("op");
        if (op.equals("second-read")) {
            seen.put("error", isSecondReadRefused() ? "busy" : "none");
        } else {
            perform(op, step);
            transport.loop.runReady();
            observeRead(seen);
        }
        seen.put("buffered", (long) reader.core.input.bufferedByteCount());
        seen.put("paused", transport.isPaused);
        seen.put("at_eof", reader.atEof());
        return seen;
    }

    private void perform(String op, Map<String, Object> step) {
        switch (op) {
            case "feed" -> transport.feed(HEX.parseHex((String) step.get("data")));
            case "eof" -> transport.eof();
            case "fail" -> fail();
            case "cancel" -> {
                if (read != null) {
                    read.cancel(true);
                }
            }
            default -> {
                transport.loop.run(() -> read = begin(op, step));
                readsAll = op.equals("read") && number(step) < 0;
            }
        }
    }

    /**
     * The recorded {@code read(-1)} had moved the bytes out of the buffer and lost them when it failed; here they stay
     * (R6). The rest of the recording does not have them.
     */
    private void fail() {
        boolean losesBytes = read != null && readsAll;
        int byteCount = reader.core.input.bufferedByteCount();
        transport.lose(new IOException("recorded failure"));
        if (losesBytes && byteCount > 0) {
            transport.loop.run(() -> {
                if (reader.readAvailable().join().length != byteCount) {
                    throw new AssertionError("a failed read(-1) has lost bytes");
                }
            });
        }
    }

    private CompletableFuture<byte[]> begin(String op, Map<String, Object> step) {
        return switch (op) {
            case "read" -> reader.read(number(step));
            case "readexactly" -> reader.readExactly(number(step));
            case "readline" -> reader.readLine();
            case "readuntil" -> reader.readUntil(separators(step.get("separators")));
            default -> throw new IllegalArgumentException("an operation that this driver does not know: " + op);
        };
    }

    private static int number(Map<String, Object> step) {
        return Math.toIntExact((Long) step.get("n"));
    }

    private static byte[][] separators(Object hex) {
        List<?> all = hex instanceof List<?> list ? list : List.of(hex);
        return all.stream().map(each -> HEX.parseHex((String) each)).toArray(byte[][]::new);
    }

    private boolean isSecondReadRefused() {
        try {
            transport.loop.run(() -> {
                CompletableFuture<byte[]> second = reader.read(1);
                throw new AssertionError("served: " + second);
            });
            return false;
        } catch (ConcurrentReadException e) {
            return true;
        }
    }

    private void observeRead(Map<String, Object> seen) {
        CompletableFuture<byte[]> observed = read;
        if (observed == null) {
            return;
        }
        if (!observed.isDone()) {
            seen.put("pending", true);
            return;
        }
        read = null;
        try {
            seen.put("bytes", HEX.formatHex(observed.join()));
        } catch (CancellationException e) {
            seen.put("error", "cancelled");
        } catch (CompletionException e) {
            observeError(e.getCause(), seen);
        }
    }

    private static void observeError(@Nullable Throwable error, Map<String, Object> seen) {
        if (error instanceof IncompleteReadException incomplete) {
            seen.put("error", "incomplete");
            seen.put("partial", HEX.formatHex(incomplete.partial()));
            boolean isUndefined = incomplete.expected() == IncompleteReadException.UNDEFINED;
            seen.put("expected", isUndefined ? Json.NULL : (Object) (long) incomplete.expected());
        } else if (error instanceof LimitOverrunException overrun) {
            seen.put("error", "limit");
            seen.put("consumed", (long) overrun.consumed());
        } else if (error instanceof StreamBrokenException) {
            seen.put("error", "transport");
        } else {
            seen.put("error", String.valueOf(error));
        }
    }
}
