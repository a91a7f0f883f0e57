package dev.nettystreams.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/** The implementation of TLS. Both engines keep the same promises; BoringSSL is faster. */
public enum TlsEngine {
    /** BoringSSL, from {@code netty-tcnative-boringssl-static} with the library for this platform. */
    BORINGSSL(SslProvider.OPENSSL) {
        @Override
        public @Nullable Throwable unavailabilityCause() {
            return OpenSsl.isAvailable() ? null : OpenSsl.unavailabilityCause();
        }
    },

    /** The JDK's own engine: available everywhere. */
    JDK(SslProvider.JDK) {
        @Override
        public @Nullable Throwable unavailabilityCause() {
            return null;
        }
    };

    final SslProvider provider;

    TlsEngine(SslProvider provider) {
        this.provider = provider;
    }

    /**
     * Returns the best engine for this machine.
     *
     * @return {@link #BORINGSSL} if it is available, else {@link #JDK}
     */
    public static TlsEngine best() {
        return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    /**
     * Returns whether this engine is available on this machine.
     *
     * @return true if its native library was found and loaded
     */
    public boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Returns why this engine is not available on this machine.
     *
     * @return the reason, or null if the engine is available
     */
    public abstract @Nullable Throwable unavailabilityCause();
}
