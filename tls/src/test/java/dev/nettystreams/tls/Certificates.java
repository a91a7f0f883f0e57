package dev.nettystreams.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.time.Duration;
import java.time.Instant;

/** Certificates, created for each run. */
final class Certificates {
    static final X509Bundle ROOT = root("CN=root of the tests");
    static final X509Bundle LOCALHOST = issue(ROOT, "localhost");

    private Certificates() {}

    static X509Bundle root(String subject) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject(subject)
                    .notBefore(Instant.now().minus(Duration.ofDays(1)))
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static X509Bundle issue(X509Bundle issuer, String host) {
        try {
            return new CertificateBuilder()
                    .ecp256()
                    .subject("CN=" + host)
                    .notBefore(Instant.now().minus(Duration.ofDays(1)))
                    .addSanDnsName(host)
                    .buildIssuedBy(issuer);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static TlsIdentity identity(X509Bundle bundle) {
        return TlsIdentity.of(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
    }
}
