package dev.nettystreams;

import dev.nettystreams.spi.CancelForwarding;
import dev.nettystreams.spi.Loop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code forEachLine}: a {@link Repeat} whose cancellation also cancels the pending read. */
final class LineLoop<L> {
    private static final CompletableFuture<Boolean> GO_ON = CompletableFuture.completedFuture(true);
    private static final CompletableFuture<Boolean> END = CompletableFuture.completedFuture(false);

    private final Lines<L> lines;
    private final Function<? super L, ? extends @Nullable CompletionStage<?>> each;
    private final Repeat repeat;

    private final CancelForwarding readCancellation = new CancelForwarding();

    LineLoop(Loop loop, Lines<L> lines, Function<? super L, ? extends @Nullable CompletionStage<?>> each) {
        this.lines = lines;
        this.each = each;
        this.repeat = new Repeat(loop, this::step);
    }

    CompletableFuture<Void> begin() {
        CompletableFuture<Void> over = repeat.begin();
        over.whenComplete((done, failure) -> readCancellation.cancel(false));
        return over;
    }

    private CompletableFuture<Boolean> step() {
        return readCancellation.to(lines.read()).thenCompose(this::handle);
    }

    private CompletionStage<Boolean> handle(@Nullable L line) {
        if (line == null || lines.isEnd(line)) {
            return END;
        }
        CompletionStage<?> handled = each.apply(line);
        return handled == null ? GO_ON : handled.thenApply(any -> true);
    }
}
