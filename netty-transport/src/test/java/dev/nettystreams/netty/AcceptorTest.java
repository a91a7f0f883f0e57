package dev.nettystreams.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.StreamLimits;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DefaultSocketChannelConfig;
import io.netty.channel.socket.SocketChannelConfig;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Accepted channels, and failures to accept. The listening channel is an embedded one. */
class AcceptorTest {
    private static final int ECONNABORTED = 103;

    private final EventLoopGroup group = Loops.newGroup(IoBackend.NIO, 1, true);

    @AfterEach
    void end() {
        assertThat(group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(20, TimeUnit.SECONDS))
                .isTrue();
    }

    private Acceptor acceptor(int maxConnections) {
        return new Acceptor(
                group,
                StreamLimits.DEFAULT,
                ServerOptions.DEFAULT.withMaxConnections(maxConnections),
                connection -> {},
                new ServerMetrics(new ConnectionSet()));
    }

    private static EmbeddedChannel serving(Acceptor acceptor) {
        EmbeddedChannel listener = new EmbeddedChannel(acceptor);
        listener.config().setAutoRead(false);
        acceptor.listenOn(listener, null);
        acceptor.start();
        turn(listener);
        assertThat(listener.config().isAutoRead()).isTrue();
        return listener;
    }

    /** Fails as on macOS when the peer has already reset the connection. */
    private static final class Reset extends NioSocketChannel {
        private final @Nullable SocketChannelConfig config =
                new DefaultSocketChannelConfig(this, javaChannel().socket()) {
                    @Override
                    public <T> boolean setOption(ChannelOption<T> option, T value) {
                        throw new ChannelException("Invalid argument");
                    }
                };

        @Override
        public SocketChannelConfig config() {
            return config == null ? super.config() : config;
        }
    }

    @Test
    void channelThatRefusesItsOptions_isClosed_andNotCounted() {
        EmbeddedChannel listener = serving(acceptor(1));
        Reset reset = new Reset();
        listener.pipeline().fireChannelRead(reset);
        turn(listener);
        assertThat(reset.isOpen()).isFalse();
        assertThat(listener.config().isAutoRead()).isTrue();
        listener.checkException();
    }

    @Test
    void connectionThatEndedInTheBacklog_doesNotPauseAccepting() {
        assumeTrue(
                IoBackend.EPOLL.isAvailable(),
                "there is no native transport to fail, or its errors have other numbers");
        EmbeddedChannel listener = serving(acceptor(1));
        listener.pipeline().fireExceptionCaught(new NativeIoException("accept", -ECONNABORTED));
        turn(listener);
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void systemThatRefuses_pausesAcceptingForASecond() {
        EmbeddedChannel listener = serving(acceptor(1));
        listener.freezeTime();
        listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
        turn(listener);
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(999, TimeUnit.MILLISECONDS);
        turn(listener);
        assertThat(listener.config().isAutoRead()).isFalse();
        listener.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        turn(listener);
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    /** As with many accepts of io_uring under way: each fails, and there is one pause for all. */
    @Test
    void systemThatRefusesManyTimes_isToldOnce_andPausesOnce() {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.nettystreams");
        Handler collector = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Acceptor acceptor = acceptor(1);
        EmbeddedChannel listener = new EmbeddedChannel(acceptor);
        listener.freezeTime();
        acceptor.listenOn(listener, new UnixAddress("/run/asked-for"));
        acceptor.start();
        turn(listener);
        logger.addHandler(collector);
        try {
            for (int i = 0; i < 1000; i++) {
                listener.pipeline().fireExceptionCaught(new IOException("Too many open files"));
            }
        } finally {
            logger.removeHandler(collector);
        }
        turn(listener);
        assertThat(lines).containsExactly("accepting on /run/asked-for pauses for 1 s: Too many open files");
        listener.advanceTimeBy(1, TimeUnit.SECONDS);
        turn(listener);
        assertThat(listener.config().isAutoRead()).isTrue();
        assertThat(listener.hasPendingTasks()).isFalse();
        assertThat(listener.runScheduledPendingTasks()).isEqualTo(-1); // no other timer
    }

    @Test
    void channelAcceptedOverTheCap_waitsUnread_untilAnotherEnds() {
        Acceptor acceptor = acceptor(1);
        EmbeddedChannel one = serving(acceptor);
        EmbeddedChannel other = serving(acceptor);
        NioSocketChannel first = new NioSocketChannel();
        NioSocketChannel second = new NioSocketChannel();
        NioSocketChannel third = new NioSocketChannel();
        one.pipeline().fireChannelRead(first);
        other.pipeline().fireChannelRead(second); // accepted before the pause reached it
        other.pipeline().fireChannelRead(third);
        turn(one);
        turn(other);
        assertThat(one.config().isAutoRead()).isFalse();
        assertThat(other.config().isAutoRead()).isFalse();
        awaitRegistered(first);
        assertThat(second.isRegistered()).isFalse();

        acceptor.connectionEnded();
        awaitRegistered(second);
        assertThat(third.isRegistered()).isFalse();
        turn(one);
        assertThat(one.config().isAutoRead()).isFalse();

        acceptor.close();
        assertThat(third.isOpen()).isFalse();
        NioSocketChannel late = new NioSocketChannel();
        one.pipeline().fireChannelRead(late);
        assertThat(late.isOpen()).isFalse();
        first.close();
        second.close();
    }

    /** Runs twice, because a due timer may submit a task. */
    private static void turn(EmbeddedChannel listener) {
        listener.runPendingTasks();
        listener.runPendingTasks();
    }

    private static void awaitRegistered(NioSocketChannel channel) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!channel.isRegistered()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
