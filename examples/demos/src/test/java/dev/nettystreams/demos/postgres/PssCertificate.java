package dev.nettystreams.demos.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.Finished;
import io.netty.pkitesting.X509Bundle;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PSSParameterSpec;
import java.util.List;

/** A self-signed certificate for {@code localhost} with RSASSA-PSS, created by the JDK's keytool. */
final class PssCertificate {
    private static final String STORE_PASSWORD = "changeit";

    private PssCertificate() {}

    static X509Bundle in(Path directory) throws Exception {
        Path file = directory.resolve("pss.p12");
        Finished keytool = Finished.run(
                new byte[0],
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "3200", // so that the hash is SHA-384
                        "-sigalg",
                        "RSASSA-PSS",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-alias",
                        "pss",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        STORE_PASSWORD));
        assertThat(keytool.status()).as(keytool.text() + keytool.err()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, STORE_PASSWORD.toCharArray());
        }
        X509Certificate certificate = (X509Certificate) store.getCertificate("pss");
        PrivateKey key = (PrivateKey) store.getKey("pss", STORE_PASSWORD.toCharArray());
        assertThat(hash(certificate)).isEqualTo("SHA-384");
        return X509Bundle.fromCertificatePath(
                new X509Certificate[] {certificate}, certificate, new KeyPair(certificate.getPublicKey(), key));
    }

    private static String hash(X509Certificate certificate) throws Exception {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance(certificate.getSigAlgName());
        parameters.init(certificate.getSigAlgParams());
        return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    }
}
