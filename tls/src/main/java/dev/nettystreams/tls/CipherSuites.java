package dev.nettystreams.tls;

import java.util.List;
import java.util.stream.Stream;

/**
 * The cipher suites of both engines: those of RFC 9325 and no others. BoringSSL's defaults include CBC and RSA key
 * transport, with which a stolen key decrypts earlier recordings; the JDK's defaults include further suites.
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

    /** Before TLS 1.2, every suite uses CBC. */
    private static final List<String> BEFORE_TLS_1_2 = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
            "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA");

    private CipherSuites() {}

    /**
     * Returns the suites in order of preference.
     *
     * @param protocols TLS versions; empty for 1.2 and 1.3. Older versions, which must be asked for explicitly, add the
     *     suites of their time
     */
    static List<String> of(List<String> protocols) {
        boolean isOld = protocols.contains("TLSv1") || protocols.contains("TLSv1.1");
        return isOld
                ? Stream.concat(RECOMMENDED.stream(), BEFORE_TLS_1_2.stream()).toList()
                : RECOMMENDED;
    }
}
