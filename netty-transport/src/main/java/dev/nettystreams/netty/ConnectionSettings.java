package dev.nettystreams.netty;

import dev.nettystreams.TlsUpgrade;
import org.jspecify.annotations.Nullable;

/**
 * The options that each connection has, whether this side opens or accepts it.
 *
 * @param tls TLS from the first byte; null for plaintext
 */
record ConnectionSettings(@Nullable TlsUpgrade tls) {
    static final ConnectionSettings DEFAULT = new ConnectionSettings(null);

    ConnectionSettings withTls(TlsUpgrade upgrade) {
        return new ConnectionSettings(upgrade);
    }

    /** Returns the settings that differ from the default, each behind a comma. */
    String listed() {
        return tls == null ? "" : ", tls=" + tls;
    }
}
