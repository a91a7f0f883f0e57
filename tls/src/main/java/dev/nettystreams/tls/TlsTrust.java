package dev.nettystreams.tls;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Whom we believe: the roots that a peer's chain must lead to. */
public final class TlsTrust {
    /** Gives the trust to a context under construction. */
    @FunctionalInterface
    private interface Source {
        void addTo(SslContextBuilder builder) throws Exception;
    }

    private static final TlsTrust SYSTEM = new TlsTrust("the system", builder -> {});
    private static final TlsTrust ANYBODY =
            new TlsTrust("anybody", builder -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE));

    private final String name;
    private final Source source;

    private TlsTrust(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    /**
     * The JDK's trust store, or the one that {@code javax.net.ssl.trustStore} names.
     *
     * @return the default
     */
    public static TlsTrust system() {
        return SYSTEM;
    }

    /**
     * Certificates in a PEM file, which is read when the first connection needs it.
     *
     * @param certificates one or more roots, or certificates of peers
     * @return trust in them, and in nobody else
     */
    public static TlsTrust pem(Path certificates) {
        Objects.requireNonNull(certificates, "certificates");
        return new TlsTrust(certificates.toString(), builder -> {
            try (var pem = Files.newInputStream(certificates)) {
                builder.trustManager(pem);
            }
        });
    }

    /**
     * A key store's trusted certificates.
     *
     * @param keyStore loaded
     * @return trust in them, and in nobody else
     * @throws IllegalArgumentException if it cannot be read
     */
    public static TlsTrust keyStore(KeyStore keyStore) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(keyStore);
            return new TlsTrust("a key store", builder -> builder.trustManager(factory));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key store's certificates cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Certificates in memory.
     *
     * @param certificates one or more roots, or certificates of peers
     * @return trust in them, and in nobody else
     */
    public static TlsTrust certificates(X509Certificate... certificates) {
        List<X509Certificate> trusted = List.of(certificates);
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("trust in nobody: no certificates");
        }
        return new TlsTrust(trusted.size() + " certificates", builder -> builder.trustManager(trusted));
    }

    /**
     * Anybody, whatever they show, and whatever name is in it: whoever is in between can read and write everything.
     *
     * @return trust that checks neither chain nor name
     */
    public static TlsTrust insecureAnybody() {
        return ANYBODY;
    }

    void addTo(SslContextBuilder builder) throws SSLException {
        try {
            source.addTo(builder);
        } catch (Exception e) {
            throw new SSLException("the certificates of " + name + " cannot be used: " + e, e);
        }
    }

    @Override
    public String toString() {
        return "TlsTrust[" + name + "]";
    }
}
