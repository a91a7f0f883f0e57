package dev.nettystreams.demos.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One certificate, made by OpenSSL, for each kind of signature. */
@Timeout(30)
class EndPointBindingTest {
    private static X509Certificate certificate(String name) throws Exception {
        try (InputStream pem = EndPointBindingTest.class.getResourceAsStream("signatures/" + name + ".pem")) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(Objects.requireNonNull(pem));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "rsa-md5, SHA-256",
        "rsa-sha1, SHA-256",
        "rsa-sha224, SHA-224",
        "rsa-sha256, SHA-256",
        "rsa-sha384, SHA-384",
        "rsa-sha512, SHA-512",
        "rsa-sha512-256, SHA-512/256",
        "rsa-sha3-256, SHA3-256",
        "ecdsa-sha256, SHA-256",
        "ecdsa-sha384, SHA-384",
        "ecdsa-sha512, SHA-512",
        "pss-sha1, SHA-256",
        "pss-sha256, SHA-256",
        "pss-sha384, SHA-384",
        "pss-sha512, SHA-512"
    })
    void binding_isTheHashOfTheSignature_butForBrokenOnes(String name, String hash) throws Exception {
        X509Certificate certificate = certificate(name);
        assertThat(EndPointBinding.of(certificate))
                .isEqualTo(MessageDigest.getInstance(hash).digest(certificate.getEncoded()));
    }

    @ParameterizedTest
    @CsvSource({"ed25519, Ed25519", "ed448, Ed448"})
    void signatureWithoutAHash_failsAndIsNamed(String name, String algorithm) throws Exception {
        X509Certificate certificate = certificate(name);
        assertThatThrownBy(() -> EndPointBinding.of(certificate))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its signature algorithm is " + algorithm);
    }
}
