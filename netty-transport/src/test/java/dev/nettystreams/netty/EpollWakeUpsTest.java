package dev.nettystreams.netty;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.ConnectionHandler;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.netty.support.NoLeaks;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A connection that is half-closed, idle and then reset costs its loop almost nothing. {@link EpollRegistrationFix}
 * keeps the registration that Netty 4.2.13 began to remove, as its fix for a busy loop (CVE-2026-42577). The test
 * counts the rounds in which epoll reported events; later tasks of the loop show that no more follow.
 */
@ExtendWith(NoLeaks.class)
class EpollWakeUpsTest {
    private static final int TASKS = 200;

    private final AtomicInteger rounds = new AtomicInteger();
    private final AtomicInteger roundsWithEvents = new AtomicInteger();

    private final class CountedIo extends ForwardingIoHandler {
        CountedIo(IoHandler wrapped) {
            super(wrapped);
        }

        @Override
        public int run(IoHandlerContext context) {
            int handled = super.run(context);
            rounds.incrementAndGet();
            if (handled > 0) {
                roundsWithEvents.incrementAndGet();
            }
            return handled;
        }
    }

    @BeforeEach
    void epoll_isThere() {
        assumeTrue(IoBackend.EPOLL.isAvailable(), "no epoll here");
    }

    @Test
    void connectionThatIsHalfClosedIdleAndReset_wakesItsLoopTwiceAtMost() throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, ForwardingIoHandler.around(IoBackend.EPOLL.ioHandlerFactory(), CountedIo::new));
        CompletableFuture<byte[]> greeted = new CompletableFuture<>();
        CompletableFuture<byte[]> ended = new CompletableFuture<>();
        CompletableFuture<Void> mayReply = new CompletableFuture<>();
        CompletableFuture<Void> replied = new CompletableFuture<>();
        try (NettyStreams streams = NettyStreams.over(group)) {
            StreamServer server = get(streams.startServer(
                    ConnectionHandler.callbacks((reader, writer) -> reader.readLine()
                            .thenCompose(line -> {
                                greeted.complete(line);
                                return reader.read(-1);
                            })
                            .thenCompose(all -> {
                                ended.complete(all);
                                return mayReply;
                            })
                            .thenCompose(now -> writeUntilItIsLost(writer))
                            .whenComplete((done, failure) -> replied.completeExceptionally(failure))),
                    "127.0.0.1",
                    0));
            int connected;
            try (Socket peer = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                peer.getOutputStream().write('\n');
                get(greeted);
                settle(group);
                connected = roundsWithEvents.get();
                peer.shutdownOutput();
                assertThat(get(ended)).isEmpty();
                settle(group);
                assertThat(roundsWithEvents.get() - connected).as("half-closed").isEqualTo(1);
                peer.setSoLinger(true, 0); // its close is a reset
            }
            int roundsBefore = rounds.get();
            settle(group);
            mayReply.complete(null);
            assertThat(failureOf(replied)).isInstanceOf(IOException.class); // so the reset is there
            settle(group);
            assertThat(roundsWithEvents.get() - connected).as("reset").isLessThanOrEqualTo(2);
            assertThat(rounds.get() - roundsBefore).isLessThan(8 * TASKS);
            server.close();
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static CompletableFuture<Void> writeUntilItIsLost(StreamWriter writer) {
        writer.write(new byte[] {42});
        return writer.flush().thenCompose(sent -> writeUntilItIsLost(writer));
    }

    private static void settle(EventLoopGroup group) throws Exception {
        for (int i = 0; i < TASKS; i++) {
            group.next().submit(() -> {}).get(20, TimeUnit.SECONDS);
        }
    }
}
