package dev.nettystreams;

import dev.nettystreams.spi.CancelForwarding;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@link StreamReader#forEachLine}: a {@link Repeat} whose cancellation also cancels the pending read. */
final class LineLoop {
    private static final CompletableFuture<Boolean> GO_ON = CompletableFuture.completedFuture(true);
    private static final CompletableFuture<Boolean> END = CompletableFuture.completedFuture(false);

    private final StreamReader reader;
    private final Function<? super byte[], ? extends @Nullable CompletionStage<?>> each;
    private final Repeat repeat;

    private final CancelForwarding readCancellation = new CancelForwarding();

    LineLoop(StreamReader reader, Function<? super byte[], ? extends @Nullable CompletionStage<?>> each) {
        this.reader = reader;
        this.each = each;
        this.repeat = new Repeat(reader.core.loop, this::step);
    }

    CompletableFuture<Void> begin() {
        CompletableFuture<Void> over = repeat.begin();
        over.whenComplete((done, failure) -> readCancellation.cancel(false));
        return over;
    }

    private CompletableFuture<Boolean> step() {
        return readCancellation.to(reader.readLine()).thenCompose(this::handle);
    }

    private CompletionStage<Boolean> handle(byte[] line) {
        if (line.length == 0) {
            return END;
        }
        CompletionStage<?> handled = each.apply(line);
        return handled == null ? GO_ON : handled.thenApply(any -> true);
    }
}
