package dev.nettystreams.tls;

import java.net.IDN;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A server's keys, selected by the host name that the client asks for (SNI, RFC 6066 section 3). The engine asks for a
 * key once it has parsed the whole ClientHello, so no second parser can find another name in it.
 *
 * <p>Any thread.
 */
final class ServerNameKeys extends X509ExtendedKeyManager {
    /** An alias consists of the index of the key manager, this character, and the alias in that key manager. */
    private static final char INDEX_END = '/';

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");

    private final Map<String, Integer> indexes;
    private final List<X509ExtendedKeyManager> keys;

    /**
     * Creates a key manager from the key managers for some hosts and a default.
     *
     * @param indexes the index of the key manager for each name in lower case; a name that starts with {@code *.}
     *     stands for all names with one more label
     * @param keys the key managers; the one at index 0 serves clients that ask for no host or for an unknown one
     */
    ServerNameKeys(Map<String, Integer> indexes, List<X509ExtendedKeyManager> keys) {
        this.indexes = Map.copyOf(indexes);
        this.keys = List.copyOf(keys);
    }

    /**
     * Returns a name in the form in which clients ask for it: in ASCII (IDNA), in lower case, without the root dot.
     *
     * @param hostName a name, or {@code *.} and a name
     * @throws IllegalArgumentException if it is not a valid host name
     */
    static String normalized(String hostName) {
        boolean isWildcard = isWildcard(hostName);
        String typed = isWildcard ? hostName.substring(2) : hostName;
        String ascii = IDN.toASCII(withoutRootDot(typed)).toLowerCase(Locale.ROOT);
        if (!NAME.matcher(ascii).matches()) {
            throw new IllegalArgumentException("not a host's name: " + hostName);
        }
        return isWildcard ? "*." + ascii : ascii;
    }

    private static String withoutRootDot(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    static boolean isWildcard(String hostName) {
        return hostName.startsWith("*.");
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        int index = engine == null ? 0 : indexFor(engine);
        SSLEngine askable = engine != null && RequestedName.isHeldByJava(engine) ? engine : null;
        String alias = keys.get(index).chooseEngineServerAlias(keyType, issuers, askable);
        return alias == null ? null : index + String.valueOf(INDEX_END) + alias;
    }

    private int indexFor(SSLEngine engine) {
        String asked = RequestedName.of(engine, engine.getHandshakeSession());
        return asked == null ? 0 : indexFor(withoutRootDot(asked.toLowerCase(Locale.ROOT)));
    }

    private int indexFor(String host) {
        Integer exact = indexes.get(host);
        if (exact != null) {
            return exact;
        }
        int firstDot = host.indexOf('.');
        return firstDot < 0 ? 0 : indexes.getOrDefault("*" + host.substring(firstDot), 0);
    }

    private X509ExtendedKeyManager keysOf(String alias) {
        return keys.get(Integer.parseInt(alias.substring(0, alias.indexOf(INDEX_END))));
    }

    private static String aliasThere(String alias) {
        return alias.substring(alias.indexOf(INDEX_END) + 1);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return keysOf(alias).getCertificateChain(aliasThere(alias));
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return keysOf(alias).getPrivateKey(aliasThere(alias));
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            String[] aliases = keys.get(i).getServerAliases(keyType, issuers);
            for (String alias : aliases == null ? new String[0] : aliases) {
                all.add(i + String.valueOf(INDEX_END) + alias);
            }
        }
        return all.toArray(new String[0]);
    }

    // Only engines of servers call these.

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
