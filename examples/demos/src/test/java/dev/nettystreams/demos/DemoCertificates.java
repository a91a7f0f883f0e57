package dev.nettystreams.demos;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A certificate for {@code localhost} and its issuer, created for one test.
 *
 * @param localhost the certificate with its key
 * @param chain a PEM file
 * @param key a PEM file
 * @param root a PEM file
 */
public record DemoCertificates(X509Bundle localhost, String chain, String key, String root) {
    /** Creates them in a directory. */
    public static DemoCertificates in(Path directory) throws Exception {
        X509Bundle issuer = new CertificateBuilder()
                .ecp256()
                .subject("CN=root of the tests")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle localhost = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(issuer);
        return new DemoCertificates(
                localhost,
                file(directory.resolve("chain.pem"), localhost.getCertificatePathPEM()),
                file(directory.resolve("key.pem"), localhost.getPrivateKeyPEM()),
                file(directory.resolve("root.pem"), issuer.getRootCertificatePEM()));
    }

    private static String file(Path path, String pem) throws Exception {
        return Files.writeString(path, pem).toString();
    }
}
