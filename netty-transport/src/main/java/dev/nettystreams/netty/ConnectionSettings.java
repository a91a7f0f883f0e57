package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options that each connection has, whether this side opens or accepts it.
 *
 * @param keepAlive whether the system probes a silent peer (SO_KEEPALIVE); TCP only
 * @param hook called with each channel before its streams; null for none
 * @param tls TLS from the first byte; null for plaintext
 */
record ConnectionSettings(
        boolean keepAlive,
        @Nullable Consumer<? super Channel> hook,
        @Nullable TlsUpgrade tls) {
    static final ConnectionSettings DEFAULT = new ConnectionSettings(false, null, null);

    ConnectionSettings withKeepAlive(boolean isProbed) {
        return new ConnectionSettings(isProbed, hook, tls);
    }

    ConnectionSettings withHook(Consumer<? super Channel> newHook) {
        return new ConnectionSettings(keepAlive, newHook, tls);
    }

    ConnectionSettings withTls(TlsUpgrade upgrade) {
        return new ConnectionSettings(keepAlive, hook, upgrade);
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
                + (hook == null ? "" : ", channel=" + hook)
                + (tls == null ? "" : ", tls=" + tls);
    }
}
