package dev.nettystreams.tls;

import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom we believe: the roots that a peer's chain must lead to. */
public final class TlsTrust {
    /** Makes the trust managers of a context. */
    @FunctionalInterface
    private interface Source {
        TrustManagerFactory factory(CertificateTrust.Use use) throws Exception;
    }

    private static final TlsTrust SYSTEM = new TlsTrust("the system", use -> managers(null));
    private static final TlsTrust ANYBODY = new TlsTrust("anybody", use -> InsecureTrustManagerFactory.INSTANCE);

    private static TrustManagerFactory managers(@Nullable KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static TrustManagerFactory managersFor(List<X509Certificate> trusted)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < trusted.size(); i++) {
            store.setCertificateEntry(String.valueOf(i), trusted.get(i));
        }
        return managers(store);
    }

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
     * @param certificates one or more roots, or certificates of peers; of a {@code TRUSTED CERTIFICATE}, the uses that
     *     OpenSSL has written behind it are respected
     * @return trust in them, and in nobody else
     */
    public static TlsTrust pem(Path certificates) {
        Objects.requireNonNull(certificates, "certificates");
        return new TlsTrust(certificates.toString(), use -> managersFor(read(certificates, use)));
    }

    private static List<X509Certificate> read(Path file, CertificateTrust.Use use)
            throws IOException, GeneralSecurityException {
        List<X509Certificate> trusted = PemFile.read(file).certified().stream()
                .filter(certified -> certified.trust().isFor(use))
                .map(PemFile.Certified::certificate)
                .toList();
        if (trusted.isEmpty()) {
            throw new GeneralSecurityException(
                    "no " + PemFile.TRUSTED_CERTIFICATE + " in " + file + " is trusted for " + use);
        }
        return trusted;
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
            TrustManagerFactory factory = managers(keyStore);
            return new TlsTrust("a key store", use -> factory);
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
        return new TlsTrust(trusted.size() + " certificates", use -> managersFor(trusted));
    }

    /**
     * Anybody, whatever they show, and whatever name is in it: whoever is in between can read and write everything.
     *
     * @return trust that checks neither chain nor name
     */
    public static TlsTrust insecureAnybody() {
        return ANYBODY;
    }

    /**
     * Gives the trust to a context under construction.
     *
     * @param use of the peers' certificates
     */
    void addTo(SslContextBuilder builder, TlsEngine engine, CertificateTrust.Use use) throws SSLException {
        try {
            TrustManagerFactory factory = source.factory(use);
            X509ExtendedTrustManager manager = engine == TlsEngine.BORINGSSL ? extended(factory) : null;
            if (manager == null) {
                builder.trustManager(factory);
            } else {
                builder.trustManager(new AlertingTrust(manager));
            }
        } catch (Exception e) {
            throw new SSLException("the certificates of " + name + " cannot be used: " + e, e);
        }
    }

    /** Null for those that know no names, about which Netty has precautions of its own. */
    private static @Nullable X509ExtendedTrustManager extended(TrustManagerFactory factory) {
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return "TlsTrust[" + name + "]";
    }
}
