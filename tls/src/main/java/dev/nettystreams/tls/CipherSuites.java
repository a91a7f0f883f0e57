package dev.nettystreams.tls;

import java.util.List;
import java.util.stream.Stream;

/**
 * The suites of both engines: RFC 9325's, and nothing else. Left to themselves, BoringSSL takes RSA key transport (by
 * which a stolen key opens yesterday's recordings) and CBC, and the JDK others.
 */
final class CipherSuites {
    private static final List<String> RECOMMENDED = List.of(
            "TLS_AES_128_GCM_SHA256", // TLS 1.3
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", // TLS 1.2
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    /** There is none without CBC before TLS 1.2. */
    private static final List<String> BEFORE_TLS_1_2 = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

    private CipherSuites() {}

    /**
     * The suites, in the order of preference.
     *
     * @param protocols versions, empty for 1.2 and 1.3; one that is older, which nobody gets without asking for it, has
     *     suites of its time
     */
    static List<String> of(List<String> protocols) {
        boolean isOld = protocols.contains("TLSv1") || protocols.contains("TLSv1.1");
        return isOld
                ? Stream.concat(RECOMMENDED.stream(), BEFORE_TLS_1_2.stream()).toList()
                : RECOMMENDED;
    }
}
