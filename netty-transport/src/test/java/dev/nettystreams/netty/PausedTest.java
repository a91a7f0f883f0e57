package dev.nettystreams.netty;

import static dev.nettystreams.netty.Wire.failureOf;
import static dev.nettystreams.netty.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamLimits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C3: a peer's disappearance is noticed while reading is paused, where the operating system can tell. */
@ExtendWith(NoLeaks.class)
class PausedTest {
    private static final int ROUNDS = 20;

    /** Not the JDK's selector, which tells of nothing before somebody reads. */
    static Stream<Wire> tellingOfResets() {
        return Wire.tcp().filter(wire -> wire.backend() != IoBackend.NIO);
    }

    @ParameterizedTest
    @MethodSource("tellingOfResets")
    void resetBehindMuchThatIsUnread_isNoticed(Wire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend(), 1);
                NettyStreams peers = NettyStreams.create(wire.backend(), 1)) {
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                Wire.Pair pair = wire.pair(peers, streams.withLimits(StreamLimits.DEFAULT.withReadLimit(1_000)));
                Channel peer = (Channel) pair.client().writer().getExtraInfo("channel");
                int byteCount = 200_000 + 50_000 * i;
                pair.client().writer().write(new byte[byteCount]);
                get(pair.server().reader().peek(1)); // reading has begun, and been paused
                peer.config().setOption(ChannelOption.SO_LINGER, 0);
                ends.add(pair.server().waitClosed());
                pair.client().abort();
            }
            for (CompletableFuture<Void> end : ends) {
                assertThat(failureOf(end)).isInstanceOf(StreamBrokenException.class);
            }
        }
    }
}
