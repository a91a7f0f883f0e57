package dev.nettystreams.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A context that is made when the first connection needs it, and shared by all: sessions are resumed within one context. */
final class LazyContext {
    /** What makes it; its failures are told to the connection that needed it, and tried again for the next. */
    @FunctionalInterface
    interface Source {
        SslContext make() throws SSLException;
    }

    /** A context of the JDK's, as Netty's. */
    static Source of(SSLContext context, boolean isClient) {
        return () -> new JdkSslContext(
                context,
                isClient,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                ApplicationProtocolConfig.DISABLED,
                ClientAuth.NONE,
                null,
                false);
    }

    private final Source source;
    private volatile @Nullable SslContext made;

    LazyContext(Source source) {
        this.source = source;
    }

    SslContext get() throws SSLException {
        SslContext context = made;
        if (context == null) {
            synchronized (this) {
                context = made;
                if (context == null) {
                    context = source.make();
                    made = context;
                }
            }
        }
        return context;
    }
}
