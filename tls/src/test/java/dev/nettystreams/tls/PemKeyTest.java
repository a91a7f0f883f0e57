package dev.nettystreams.tls;

import static java.security.spec.RSAKeyGenParameterSpec.F4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.Wire;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Security;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files as OpenSSL and people have written them over the years. */
@Timeout(30)
class PemKeyTest {
    @TempDir
    Path directory;

    private static X509Bundle bundle(Algorithm algorithm) throws Exception {
        return new CertificateBuilder()
                .algorithm(algorithm)
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(Certificates.ROOT);
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private PemKey read(X509Bundle bundle, String key) throws Exception {
        return PemKey.read(file("chain.pem", bundle.getCertificatePathPEM()), file("key.pem", key));
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\r\n" + Base64.getMimeEncoder().encodeToString(der) + "\r\n-----END "
                + label + "-----\r\n";
    }

    /** Returns the content of PKCS #8: the older encodings. */
    private static byte[] inner(X509Bundle bundle) {
        byte[] pkcs8 = bundle.getKeyPair().getPrivate().getEncoded();
        for (int at = 12; at < pkcs8.length; at++) {
            boolean isLong = pkcs8[at] == 4 && pkcs8[at + 1] == (byte) 0x82;
            int length = isLong ? ((pkcs8[at + 2] & 0xff) << 8) | (pkcs8[at + 3] & 0xff) : pkcs8[at + 1] & 0xff;
            int content = at + (isLong ? 4 : 2);
            if (pkcs8[at] == 4 && content + length == pkcs8.length) {
                return Arrays.copyOfRange(pkcs8, content, pkcs8.length);
            }
        }
        throw new AssertionError("no key within");
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"ecp256", "ecp384", "rsa2048", "ed25519"})
    void pkcs8_isRead(Algorithm algorithm) throws Exception {
        X509Bundle bundle = bundle(algorithm);
        assertThat(read(bundle, bundle.getPrivateKeyPEM()).privateKey())
                .isEqualTo(bundle.getKeyPair().getPrivate());
    }

    /** Without this refusal, each client would be told that there is no common algorithm. */
    @Test
    void ed25519_isRefusedByBoringSsl_whenTheServerStarts() throws Exception {
        assumeThat(TlsEngine.BORINGSSL.isAvailable()).isTrue();
        TlsServer server = Tls.server(Certificates.identity(bundle(Algorithm.ed25519)));
        assertThat(Wire.failureOf(server.engine(TlsEngine.BORINGSSL)
                        .prepare()
                        .toCompletableFuture()
                        .thenAccept(any -> {})))
                .isInstanceOf(SSLException.class)
                .hasMessage("BORINGSSL does not take the Ed25519 key of CN=localhost, TlsEngine.JDK does");
        Wire.get(server.engine(TlsEngine.JDK).prepare().toCompletableFuture().thenAccept(any -> {}));
    }

    /** Returns a key restricted to RSASSA-PSS by its certificate. */
    private static X509Bundle pssBundle(AlgorithmParameterSpec... restricted) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSASSA-PSS");
        generator.initialize(restricted.length == 0 ? new RSAKeyGenParameterSpec(2048, F4) : restricted[0]);
        return new CertificateBuilder()
                .keyPair(generator.generateKeyPair())
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(Certificates.ROOT);
    }

    @Test
    void rsassaPss_isTakenByTheJdk_andRefusedByName() throws Exception {
        X509Bundle plain = pssBundle();
        X509Bundle restricted = pssBundle(new RSAKeyGenParameterSpec(
                2048, F4, new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1)));
        for (X509Bundle bundle : List.of(plain, restricted)) {
            Path chain = file("pss.pem", bundle.getCertificatePathPEM());
            Path key = file(
                    "pss.key",
                    pem("PRIVATE KEY", bundle.getKeyPair().getPrivate().getEncoded()));
            TlsServer server = Tls.server(chain, key).engine(TlsEngine.JDK);
            for (String version : TlsPeer.VERSIONS) {
                try (NettyStreams streams = NettyStreams.create();
                        PlainPeer wires = PlainPeer.of(streams)) {
                    TlsPeer client = TlsPeer.client(List.of(version));
                    CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(server);
                    wires.handshake(client);
                    Wire.get(secured);
                    assertThat(client.peerCertificate()).isEqualTo(bundle.getCertificate());
                }
            }
            if (TlsEngine.BORINGSSL.isAvailable()) {
                assertThat(Wire.failureOf(Tls.server(chain, key)
                                .engine(TlsEngine.BORINGSSL)
                                .prepare()
                                .toCompletableFuture()))
                        .isInstanceOf(SSLException.class)
                        .hasMessage("BORINGSSL does not take the RSASSA-PSS key of " + chain + ", TlsEngine.JDK does");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Algorithm.class,
            names = {"rsa2048", "rsa4096"})
    void pkcs1_isRead(Algorithm algorithm) throws Exception {
        X509Bundle bundle = bundle(algorithm);
        assertThat(read(bundle, pem("RSA PRIVATE KEY", inner(bundle))).privateKey())
                .isEqualTo(bundle.getKeyPair().getPrivate());
    }

    /** A key whose PKCS #8 has longer lengths, as P-384 with its public key has. */
    @Test
    void sec1_ofALargerCurve_withItsPublicKey_isRead() throws Exception {
        X509Bundle bundle = bundle(Algorithm.ecp384);
        byte[] secret = inner(bundle);
        byte[] curve = {(byte) 0xa0, 7, 6, 5, 0x2b, (byte) 0x81, 4, 0, 0x22};
        byte[] spki = bundle.getCertificate().getPublicKey().getEncoded();
        byte[] point = Arrays.copyOfRange(spki, spki.length - 97, spki.length);
        int secretEnd = 2 + 3 + 2 + 48;
        ByteArrayOutputStream sec1 = new ByteArrayOutputStream();
        sec1.write(new byte[] {0x30, (byte) 0x81, (byte) (secretEnd - 2 + curve.length + 102)});
        sec1.write(secret, 2, secretEnd - 2);
        sec1.write(curve);
        sec1.write(new byte[] {(byte) 0xa1, 100, 3, 98, 0});
        sec1.write(point);
        assertThat(read(bundle, pem("EC PRIVATE KEY", sec1.toByteArray()))
                        .privateKey()
                        .getAlgorithm())
                .isEqualTo("EC");
    }

    /**
     * The JDK omits the curve, because PKCS #8 contains it; OpenSSL writes it, and sometimes EC PARAMETERS before it.
     */
    @Test
    void sec1_isRead() throws Exception {
        X509Bundle bundle = bundle(Algorithm.ecp256);
        byte[] withoutCurve = inner(bundle);
        byte[] curve = {(byte) 0xa0, 10, 6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 3, 1, 7};
        int secretEnd = 2 + 3 + 2 + 32;
        byte[] sec1 = new byte[secretEnd + curve.length];
        System.arraycopy(withoutCurve, 0, sec1, 0, secretEnd);
        System.arraycopy(curve, 0, sec1, secretEnd, curve.length);
        sec1[1] = (byte) (sec1.length - 2);
        String parameters = pem("EC PARAMETERS", Arrays.copyOfRange(curve, 2, curve.length));
        ECPrivateKey key = (ECPrivateKey)
                read(bundle, parameters + pem("EC PRIVATE KEY", sec1)).privateKey();
        assertThat(key.getS()).isEqualTo(((ECPrivateKey) bundle.getKeyPair().getPrivate()).getS());
        byte[] curveless = Arrays.copyOf(sec1, secretEnd);
        curveless[1] = (byte) (secretEnd - 2);
        assertThatThrownBy(() -> read(bundle, pem("EC PRIVATE KEY", curveless))).hasMessageContaining("names no curve");
        assertThatThrownBy(() -> read(bundle, pem("EC PRIVATE KEY", new byte[] {0x30, 5, 2})))
                .hasMessageContaining("ends too early");
    }

    @Test
    void keyAndChain_mayBeOneFile_withWordsInBetween() throws Exception {
        X509Bundle bundle = bundle(Algorithm.ecp256);
        Path both = file(
                "both.pem",
                "# ours\n" + bundle.getPrivateKeyPEM() + "subject=localhost\n" + bundle.getCertificatePathPEM());
        assertThat(PemKey.read(both, both).chain()).containsExactly(bundle.getCertificate());
    }

    /** Like a runtime that was linked without the module {@code jdk.crypto.ec}. */
    @Test
    void rsa_isRead_byARuntimeWithoutCurves() throws Exception {
        X509Bundle bundle = bundle(Algorithm.rsa2048);
        Provider curves = Security.getProvider("SunEC");
        int position = List.of(Security.getProviders()).indexOf(curves) + 1;
        Security.removeProvider(curves.getName());
        try {
            assertThat(read(bundle, bundle.getPrivateKeyPEM()).privateKey())
                    .isEqualTo(bundle.getKeyPair().getPrivate());
        } finally {
            Security.insertProviderAt(curves, position);
        }
    }

    @Test
    void keyOfAnother_isRefused() throws Exception {
        X509Bundle bundle = bundle(Algorithm.ecp256);
        for (Algorithm other : new Algorithm[] {Algorithm.ecp256, Algorithm.rsa2048}) {
            assertThatThrownBy(() -> read(bundle, bundle(other).getPrivateKeyPEM()))
                    .isInstanceOf(InvalidKeyException.class)
                    .hasMessageContaining("is not that of the first certificate")
                    .hasMessageContaining("CN=localhost");
        }
    }

    @Test
    void whatIsNoKey_isNamed() throws Exception {
        X509Bundle bundle = bundle(Algorithm.ecp256);
        assertThatThrownBy(() -> read(bundle, "")).hasMessageContaining("no PRIVATE KEY");
        assertThatThrownBy(() -> read(bundle, bundle.getCertificatePathPEM())).hasMessageContaining("no PRIVATE KEY");
        assertThatThrownBy(() -> read(bundle, pem("ENCRYPTED PRIVATE KEY", new byte[9])))
                .hasMessageContaining("the key is encrypted");
        assertThatThrownBy(() -> PemKey.read(file("empty.pem", ""), file("key.pem", bundle.getPrivateKeyPEM())))
                .hasMessageContaining("no CERTIFICATE");
    }
}
