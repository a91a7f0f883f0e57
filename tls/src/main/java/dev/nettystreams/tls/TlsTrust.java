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

/** The trust of one side of TLS: the roots that the peer's certificate chain must lead to. */
public final class TlsTrust {
    /** Creates the trust managers of a context. */
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
     * Returns trust in the JDK's trust store, or in the one that the system property {@code javax.net.ssl.trustStore}
     * names.
     *
     * @return the default trust
     */
    public static TlsTrust system() {
        return SYSTEM;
    }

    /**
     * Creates trust in the certificates of a PEM file, which is read when the first connection needs it.
     *
     * @param certificates a file with one or more roots, or certificates of peers; the uses that OpenSSL has appended
     *     to a {@code TRUSTED CERTIFICATE} are respected
     * @return trust in these certificates only
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
     * Creates trust in the trusted certificates of a key store.
     *
     * @param keyStore a loaded key store
     * @return trust in these certificates only
     * @throws IllegalArgumentException if the key store cannot be read
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
     * Creates trust in certificates in memory.
     *
     * @param certificates one or more roots, or certificates of peers
     * @return trust in these certificates only
     * @throws IllegalArgumentException if there are none
     */
    public static TlsTrust certificates(X509Certificate... certificates) {
        List<X509Certificate> trusted = List.of(certificates);
        if (trusted.isEmpty()) {
            throw new IllegalArgumentException("no certificates to trust");
        }
        return new TlsTrust(trusted.size() + " certificates", use -> managersFor(trusted));
    }

    /**
     * Returns trust in every peer, whatever certificate and name it presents: an attacker on the path can read and
     * change everything.
     *
     * @return trust that checks neither chain nor name
     */
    public static TlsTrust insecureAnybody() {
        return ANYBODY;
    }

    /**
     * Adds the trust to a context under construction.
     *
     * @param use the use of the peers' certificates
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

    /** Returns null for trust managers that take no host name; Netty has its own precautions for those. */
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
