package dev.nettystreams.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import org.jspecify.annotations.Nullable;

/** What does the cryptography. Both keep the same promises; BoringSSL is faster. */
public enum TlsEngine {
    /** BoringSSL, by {@code netty-tcnative-boringssl-static} with the library for this platform. */
    BORINGSSL(SslProvider.OPENSSL) {
        @Override
        public @Nullable Throwable unavailabilityCause() {
            return OpenSsl.isAvailable() ? null : OpenSsl.unavailabilityCause();
        }
    },

    /** The JDK's own: everywhere. */
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
     * The engine for this machine.
     *
     * @return {@link #BORINGSSL} if it is available, else {@link #JDK}
     */
    public static TlsEngine best() {
        return BORINGSSL.isAvailable() ? BORINGSSL : JDK;
    }

    /**
     * Whether it works on this machine.
     *
     * @return true if its library was found and loads
     */
    public boolean isAvailable() {
        return unavailabilityCause() == null;
    }

    /**
     * Why it does not work on this machine.
     *
     * @return the reason, or null if it does
     */
    public abstract @Nullable Throwable unavailabilityCause();
}
