package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.spi.Timeouts;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options that each connection has, whether this side opens or accepts it.
 *
 * @param keepAlive whether the system probes a silent peer (SO_KEEPALIVE); TCP only
 * @param idle how long the connection may make no progress
 * @param hook called with each channel before its streams; null for none
 * @param tls TLS from the first byte; null for plaintext
 */
record ConnectionSettings(
        boolean keepAlive,
        IdleTimeouts idle,
        @Nullable Consumer<? super Channel> hook,
        @Nullable TlsUpgrade tls) {
    static final ConnectionSettings DEFAULT = new ConnectionSettings(false, IdleTimeouts.NONE, null, null);

    ConnectionSettings withKeepAlive(boolean isProbed) {
        return new ConnectionSettings(isProbed, idle, hook, tls);
    }

    ConnectionSettings withReadIdleTimeout(Duration timeout) {
        return new ConnectionSettings(keepAlive, new IdleTimeouts(timeout, idle.writing()), hook, tls);
    }

    ConnectionSettings withWriteIdleTimeout(Duration timeout) {
        return new ConnectionSettings(keepAlive, new IdleTimeouts(idle.reading(), timeout), hook, tls);
    }

    ConnectionSettings withHook(Consumer<? super Channel> newHook) {
        return new ConnectionSettings(keepAlive, idle, newHook, tls);
    }

    ConnectionSettings withTls(TlsUpgrade upgrade) {
        return new ConnectionSettings(keepAlive, idle, hook, upgrade);
    }

    /** Sets the options of a TCP channel that the streams and these settings ask for. */
    void applyToTcp(Channel channel) {
        channel.config().setOption(ChannelOption.TCP_NODELAY, true);
        if (keepAlive) {
            channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
        }
    }

    /**
     * Refuses an option that a kind of socket does not have, rather than ignore it.
     *
     * @throws IllegalArgumentException if {@code isGiven}
     */
    static void refuse(boolean isGiven, String option, String sockets) {
        if (isGiven) {
            throw new IllegalArgumentException(option + " given, and " + sockets + " take none");
        }
    }

    /** Returns the settings that differ from the default, each behind a comma. */
    String listed() {
        return (keepAlive ? ", keepAlive" : "")
                + (idle.reading() == null ? "" : ", readIdleTimeout=" + Timeouts.toText(idle.reading()))
                + (idle.writing() == null ? "" : ", writeIdleTimeout=" + Timeouts.toText(idle.writing()))
                + (hook == null ? "" : ", channel=" + hook)
                + (tls == null ? "" : ", tls=" + tls);
    }
}
