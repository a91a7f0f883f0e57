package dev.nettystreams.tls;

import java.util.HexFormat;
import java.util.List;

/**
 * The uses that an OpenSSL "trusted certificate" is trusted for: {@code -addtrust} and {@code -addreject} of
 * {@code openssl x509}. Reading the certificate without them would turn a rejected root into a trusted one.
 *
 * @param trusted the trusted uses; empty for all
 * @param rejected the rejected uses
 */
record CertificateTrust(List<String> trusted, List<String> rejected) {
    static final CertificateTrust UNSAID = new CertificateTrust(List.of(), List.of());

    /** {@code anyExtendedKeyUsage}, 2.5.29.37.0. */
    private static final String ANY = "551d2500";

    /** The uses of peers' certificates, by their OIDs in RFC 5280 section 4.2.1.12. */
    enum Use {
        /** {@code id-kp-serverAuth}, 1.3.6.1.5.5.7.3.1. */
        SERVERS("2b06010505070301"),
        /** {@code id-kp-clientAuth}, 1.3.6.1.5.5.7.3.2. */
        CLIENTS("2b06010505070302");

        private final String identifier;

        Use(String identifier) {
            this.identifier = identifier;
        }
    }

    /**
     * Parses the bytes after the certificate: SEQUENCE
     * { trust SEQUENCE OF OBJECT IDENTIFIER OPTIONAL, reject [0] OPTIONAL, alias, keyid, other }, or nothing.
     */
    static CertificateTrust of(byte[] behindCertificate) {
        List<String> trusted = List.of();
        List<String> rejected = List.of();
        for (Der whole : Der.elements(behindCertificate)) {
            for (Der part : whole.elements()) {
                if (part.tag() == Der.SEQUENCE) {
                    trusted = identifiers(part);
                } else if (part.tag() == Der.FIRST) {
                    rejected = identifiers(part);
                }
            }
        }
        return new CertificateTrust(trusted, rejected);
    }

    private static List<String> identifiers(Der part) {
        return part.elements().stream()
                .map(use -> HexFormat.of().formatHex(use.content()))
                .toList();
    }

    boolean isFor(Use use) {
        return (trusted.isEmpty() || names(trusted, use)) && !names(rejected, use);
    }

    private static boolean names(List<String> uses, Use use) {
        return uses.contains(use.identifier) || uses.contains(ANY);
    }
}
