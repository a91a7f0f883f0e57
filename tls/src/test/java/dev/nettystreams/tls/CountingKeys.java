package dev.nettystreams.tls;

import io.netty.pkitesting.X509Bundle;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Presents one certificate, and counts how often a server's engine takes the key to sign with it. */
final class CountingKeys extends X509ExtendedKeyManager {
    private final InsistentKeys keys;
    private final AtomicInteger useCount = new AtomicInteger();

    CountingKeys(X509Bundle bundle) {
        keys = new InsistentKeys(bundle);
    }

    int useCount() {
        return useCount.get();
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return keyType.startsWith("EC") ? keys.chooseServerAlias(keyType, issuers, null) : null;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        useCount.incrementAndGet();
        return keys.getPrivateKey(alias);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return keys.getCertificateChain(alias);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, java.net.Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, java.net.Socket socket) {
        return null;
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return keys.getServerAliases(keyType, issuers);
    }
}
