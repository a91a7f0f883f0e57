package dev.nettystreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.support.AllocatedBytes;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R13: a relay allocates no array on one loop, and one array between two loops. */
class RelayAllocationTest {
    private static final int ROUNDS = 40;

    /** Two futures of a loop with a clock of its own, and between loops the task that passes the array on. */
    private static final int BOUND_BYTES = 512;

    static Stream<Arguments> cases() {
        return Stream.of(16, 1024, 64 * 1024)
                .flatMap(size -> Stream.of(true, false).map(isOneLoop -> Arguments.of(size, isOneLoop)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void arrival_isPassedOn_withoutAnArray_orWithOneBetweenLoops(int size, boolean isOneLoop) {
        ScriptedTransport source = new ScriptedTransport();
        ScriptedTransport target = isOneLoop ? new ScriptedTransport(source.loop) : new ScriptedTransport();
        CompletableFuture<Long> relay =
                source.connect().reader().relayTo(target.connect().writer());
        source.loop.runReady();
        WindowChunk chunk = new WindowChunk(new byte[size]);
        Runnable arrival = () -> {
            source.events().dataReceived(chunk.over(0, size));
            source.events().turnEnded();
        };
        AllocatedBytes allocated = AllocatedBytes.ofCaller();
        long[] byRound = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            target.written.reset();
            target.calls.clear();
            long before = allocated.soFar();
            source.loop.run(arrival);
            source.loop.runReady();
            target.loop.runReady();
            source.loop.runReady();
            byRound[i] = allocated.since(before);
            assertThat(target.written.size()).isEqualTo(size);
        }
        assertThat(relay).isNotDone();
        assertThat(AllocatedBytes.median(byRound)).isLessThanOrEqualTo((isOneLoop ? 0 : size) + BOUND_BYTES);
    }
}
