package dev.nettystreams.tls;

import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.EdECKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The identity of one side of TLS: a certificate with its chain, and its private key. */
public final class TlsIdentity {
    /** Creates the builder of a server's context, or adds the identity to a client's. */
    private interface Source {
        SslContextBuilder server() throws Exception;

        void addTo(SslContextBuilder client) throws Exception;

        X509ExtendedKeyManager keyManager() throws Exception;
    }

    private record OfPem(Path certificateChain, Path privateKey) implements Source {
        private OfKey read() throws IOException, GeneralSecurityException {
            PemKey pem = PemKey.read(certificateChain, privateKey);
            return new OfKey(pem.privateKey(), pem.chain());
        }

        @Override
        public SslContextBuilder server() throws IOException, GeneralSecurityException {
            return read().server();
        }

        @Override
        public void addTo(SslContextBuilder client) throws IOException, GeneralSecurityException {
            read().addTo(client);
        }

        @Override
        public X509ExtendedKeyManager keyManager() throws Exception {
            return read().keyManager();
        }
    }

    private record OfKeyManagers(KeyManagerFactory factory) implements Source {
        @Override
        public SslContextBuilder server() throws GeneralSecurityException {
            return SslContextBuilder.forServer(new ServerNameKeys(Map.of(), List.of(keyManager())));
        }

        @Override
        public void addTo(SslContextBuilder client) {
            client.keyManager(factory);
        }

        @Override
        public X509ExtendedKeyManager keyManager() throws GeneralSecurityException {
            for (KeyManager manager : factory.getKeyManagers()) {
                if (manager instanceof X509ExtendedKeyManager keys) {
                    return keys;
                }
            }
            throw new GeneralSecurityException("no X.509 keys in " + factory.getProvider());
        }
    }

    private record OfKey(PrivateKey privateKey, List<X509Certificate> chain) implements Source {
        @Override
        public SslContextBuilder server() {
            return SslContextBuilder.forServer(privateKey, chain);
        }

        @Override
        public void addTo(SslContextBuilder client) {
            client.keyManager(privateKey, chain);
        }

        @Override
        public X509ExtendedKeyManager keyManager() throws Exception {
            char[] password = new char[0];
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", privateKey, password, chain.toArray(new X509Certificate[0]));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, password);
            return new OfKeyManagers(factory).keyManager();
        }
    }

    private final String name;
    private final Source source;

    private TlsIdentity(String name, Source source) {
        this.name = name;
        this.source = source;
    }

    /**
     * Creates an identity from PEM files, which are read when a server starts or when the first connection needs them.
     * Both may be the same file.
     *
     * @param certificateChain this side's certificate first, then the certificates that lead to a root, in any order;
     *     duplicates and unrelated certificates are ignored
     * @param privateKey the key of the first certificate, in PKCS #8, PKCS #1 or SEC 1, not encrypted; a key that the
     *     engine does not support is refused when the server starts
     * @return the identity
     */
    public static TlsIdentity pem(Path certificateChain, Path privateKey) {
        Objects.requireNonNull(certificateChain, "certificateChain");
        Objects.requireNonNull(privateKey, "privateKey");
        return new TlsIdentity(certificateChain.toString(), new OfPem(certificateChain, privateKey));
    }

    /**
     * Creates an identity from a key store with one key, or with several for different algorithms.
     *
     * @param keyStore a loaded key store
     * @param keyPassword the password of the keys
     * @return the identity
     * @throws IllegalArgumentException if the keys cannot be read with that password
     */
    public static TlsIdentity keyStore(KeyStore keyStore, char[] keyPassword) {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(keyStore, keyPassword);
            return new TlsIdentity("a key store", new OfKeyManagers(factory));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key store's keys cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Creates an identity from a key and certificates in memory.
     *
     * @param privateKey the key
     * @param certificateChain this side's certificate first, then the certificates that lead to a root, in any order
     * @return the identity
     */
    public static TlsIdentity of(PrivateKey privateKey, X509Certificate... certificateChain) {
        Objects.requireNonNull(privateKey, "privateKey");
        List<X509Certificate> chain = List.of(certificateChain);
        return new TlsIdentity(
                chain.isEmpty()
                        ? "nobody"
                        : chain.get(0).getSubjectX500Principal().getName(),
                new OfKey(privateKey, CertificatePath.of(chain)));
    }

    /**
     * Refuses keys that BoringSSL does not support: Netty offers no signature scheme for Ed25519, and BoringSSL reads
     * no certificate with an RSASSA-PSS key. Without this check each handshake would fail, and only the peer would
     * learn why.
     */
    void refuseIfUnknownTo(TlsEngine engine) throws SSLException {
        String algorithm = engine == TlsEngine.BORINGSSL ? algorithmOnlyOfTheJdk() : null;
        if (algorithm != null) {
            throw new SSLException(
                    engine + " does not take the " + algorithm + " key of " + name + ", TlsEngine.JDK does");
        }
    }

    private @Nullable String algorithmOnlyOfTheJdk() {
        try {
            X509ExtendedKeyManager keys = source.keyManager();
            if (has(keys, "EC") || has(keys, "RSA")) {
                return null;
            }
            return has(keys, PemKey.PSS) ? PemKey.PSS : has(keys, "EdDSA") ? edwardsOf(keys) : null;
        } catch (Exception e) {
            return null; // its use reports the exception
        }
    }

    private static String edwardsOf(X509ExtendedKeyManager keys) {
        String alias = keys.getServerAliases("EdDSA", null)[0];
        return keys.getPrivateKey(alias) instanceof EdECKey key
                ? key.getParams().getName()
                : "EdDSA";
    }

    private static boolean has(X509ExtendedKeyManager keys, String algorithm) {
        return keys.getServerAliases(algorithm, null) != null;
    }

    SslContextBuilder server() throws SSLException {
        try {
            return source.server();
        } catch (Exception e) {
            throw unusable(e);
        }
    }

    void addTo(SslContextBuilder client) throws SSLException {
        try {
            source.addTo(client);
        } catch (Exception e) {
            throw unusable(e);
        }
    }

    X509ExtendedKeyManager keyManager() throws SSLException {
        try {
            return source.keyManager();
        } catch (Exception e) {
            throw unusable(e);
        }
    }

    private SSLException unusable(Exception cause) {
        return new SSLException("the identity of " + name + " cannot be used: " + cause, cause);
    }

    @Override
    public String toString() {
        return "TlsIdentity[" + name + "]";
    }
}
