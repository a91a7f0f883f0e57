package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.IoBackend;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates in PEM files as people assemble them and OpenSSL accepts them. */
@ExtendWith(NoLeaks.class)
@Timeout(60)
class PemChainTest {
    private static final NettyStreams STREAMS = NettyStreams.create(IoBackend.best());
    private static final X509Bundle LEAF = FaultyCertificates.behindAnIntermediate();
    private static final X509Certificate ROOT = Certificates.ROOT.getCertificate();
    private static final X509Bundle OLDER_ROOT = Certificates.root("CN=an older root");
    private static final X509Certificate INTERMEDIATE = LEAF.getCertificatePath()[1];

    @TempDir
    Path directory;

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    /** The certificates of a file, and the path that is sent. */
    private record Chain(String name, List<X509Certificate> file, List<X509Certificate> shown) {}

    private static List<Chain> chains() {
        X509Certificate leaf = LEAF.getCertificate();
        X509Certificate other = Certificates.LOCALHOST.getCertificate();
        X509Certificate namesake = Certificates.root("CN=root of the tests").getCertificate();
        X509Certificate crossed = FaultyCertificates.certifiedBy(Certificates.ROOT, OLDER_ROOT);
        List<X509Certificate> path = List.of(leaf, INTERMEDIATE);
        List<X509Certificate> crossing = List.of(leaf, INTERMEDIATE, crossed);
        List<X509Certificate> withRoot = List.of(leaf, INTERMEDIATE, ROOT);
        return List.of(
                new Chain("right", path, path),
                new Chain("leaf twice", List.of(leaf, leaf, INTERMEDIATE), path),
                new Chain("all twice", List.of(leaf, INTERMEDIATE, ROOT, leaf, INTERMEDIATE, ROOT), withRoot),
                new Chain("root before intermediate", List.of(leaf, ROOT, INTERMEDIATE), withRoot),
                new Chain("another behind", List.of(leaf, INTERMEDIATE, other), path),
                new Chain("another between", List.of(leaf, other, INTERMEDIATE, ROOT), withRoot),
                new Chain("root's namesake", List.of(leaf, INTERMEDIATE, namesake, ROOT), withRoot),
                new Chain("namesake alone", List.of(leaf, INTERMEDIATE, namesake), path),
                new Chain("certified by an older root", List.of(leaf, INTERMEDIATE, ROOT, crossed), crossing),
                new Chain(
                        "and that root",
                        List.of(leaf, INTERMEDIATE, ROOT, OLDER_ROOT.getCertificate(), crossed),
                        List.of(leaf, INTERMEDIATE, crossed, OLDER_ROOT.getCertificate())),
                new Chain(
                        "by an older root, formerly",
                        List.of(leaf, INTERMEDIATE, FaultyCertificates.formerly(Certificates.ROOT, OLDER_ROOT), ROOT),
                        withRoot),
                new Chain("with root", withRoot, withRoot));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static String pem(List<X509Certificate> certificates) throws Exception {
        StringBuilder all = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            all.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        return all.toString();
    }

    /** Returns a server for every source of an identity. */
    private List<TlsServer> servers(TlsWire wire, Chain chain) throws Exception {
        TlsIdentity inFiles =
                TlsIdentity.pem(file("chain.pem", pem(chain.file())), file("key.pem", LEAF.getPrivateKeyPEM()));
        TlsIdentity inMemory =
                TlsIdentity.of(LEAF.getKeyPair().getPrivate(), chain.file().toArray(new X509Certificate[0]));
        return List.of(
                Tls.server(inFiles).engine(wire.engine()),
                Tls.server(Certificates.identity(Certificates.LOCALHOST))
                        .engine(wire.engine())
                        .identityFor("localhost", inFiles),
                Tls.server(inMemory).engine(wire.engine()));
    }

    @TestFactory
    Stream<DynamicTest> chains_areOrdered_fromTheLeaf() {
        return TlsWire.perEngine()
                .flatMap(wire -> chains().stream()
                        .map(chain -> dynamicTest(wire.engine() + " " + chain.name(), () -> {
                            for (TlsServer server : servers(wire, chain)) {
                                assertThat(shown(server)).isEqualTo(chain.shown());
                            }
                        })));
    }

    /** Returns the certificates that a manual peer gets: our own engines would add the root, or omit unneeded ones. */
    private static List<Certificate> shown(TlsServer server) throws Exception {
        try (PlainPeer wires = PlainPeer.of(STREAMS)) {
            TlsPeer client = TlsPeer.clientAskingFor("localhost".getBytes(US_ASCII), List.of("TLSv1.3"));
            CompletableFuture<TlsSession> secured = wires.ours.writer().startTls(server);
            wires.handshake(client);
            get(secured);
            return client.peerCertificates();
        }
    }

    private static void assertAgree(TlsWire wire, TlsClient client, TlsServer server) throws Exception {
        Wire.Pair pair = wire.pair(STREAMS);
        pair.startTls(client.upgrade("localhost"), server);
        pair.close();
    }

    /** Returns the bytes that OpenSSL appends to a trusted certificate. */
    private static byte[] trusted(X509Certificate certificate, int tag, String... uses) throws Exception {
        List<byte[]> identifiers = new ArrayList<>();
        for (String use : uses) {
            identifiers.add(new Der(Der.OBJECT_IDENTIFIER, HexFormat.of().parseHex(use)).encoded());
        }
        byte[] list = new Der(tag, joined(identifiers.toArray(new byte[0][]))).encoded();
        byte[] alias = new Der(0x0c, new byte[] {'a'}).encoded();
        byte[] behind = new Der(Der.SEQUENCE, uses.length == 0 ? alias : joined(list, alias)).encoded();
        return joined(certificate.getEncoded(), behind);
    }

    private static byte[] joined(byte[]... parts) {
        byte[] all = {};
        for (byte[] part : parts) {
            byte[] before = all;
            all = Arrays.copyOf(before, before.length + part.length);
            System.arraycopy(part, 0, all, before.length, part.length);
        }
        return all;
    }

    private static final String SERVER_AUTH = "2b06010505070301";
    private static final String CLIENT_AUTH = "2b06010505070302";

    @Test
    void labelsOfOpenSsl_areTakenOnBothSides() throws Exception {
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            for (String label : List.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")) {
                boolean isTrusted = label.startsWith("TRUSTED");
                X509Certificate leaf = Certificates.LOCALHOST.getCertificate();
                byte[] shown = isTrusted ? trusted(leaf, Der.SEQUENCE, SERVER_AUTH) : leaf.getEncoded();
                byte[] root = isTrusted ? trusted(ROOT, Der.SEQUENCE) : ROOT.getEncoded();
                TlsServer server = Tls.server(
                                file("chain.pem", pem(label, shown)),
                                file("key.pem", Certificates.LOCALHOST.getPrivateKeyPEM()))
                        .engine(wire.engine());
                TlsTrust trust = TlsTrust.pem(file("root.pem", pem(label, root)));
                assertAgree(wire, Tls.client().engine(wire.engine()).trusting(trust), server);
            }
        }
    }

    /** Treating such a root as trusted for everything would turn a rejection into trust. */
    @ParameterizedTest
    @CsvSource({
        "48, " + SERVER_AUTH + ", true, false",
        "48, " + CLIENT_AUTH + ", false, true",
        "48, 551d2500, true, true",
        "160, " + SERVER_AUTH + ", false, true",
        "160, " + CLIENT_AUTH + ", true, false",
        "160, 551d2500, false, false"
    })
    void trustedCertificates_areTrustedForWhatTheySay(int tag, String use, boolean forServers, boolean forClients)
            throws Exception {
        Path roots = file("root.pem", pem("TRUSTED CERTIFICATE", trusted(ROOT, tag, use)));
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            TlsClient client = Tls.client().engine(wire.engine()).trusting(TlsTrust.pem(roots));
            TlsServer server = wire.server().requiringClientCertificate(TlsTrust.pem(roots));
            if (forServers) {
                assertAgree(wire, client, wire.server());
            } else {
                assertThat(failureOf(prepared(client))).hasMessageContaining(roots + " is trusted for SERVERS");
            }
            if (forClients) {
                TlsClient known = wire.client().identity(Certificates.identity(Certificates.LOCALHOST));
                assertAgree(wire, known, server);
            } else {
                assertThat(failureOf(prepared(server))).hasMessageContaining(roots + " is trusted for CLIENTS");
            }
        }
    }

    /** Some clients have only the old root, which has certified the new one. */
    @TestFactory
    Stream<DynamicTest> olderRoots_leadToTheLeaf_whateverTheOrder() {
        return TlsWire.perEngine()
                .map(wire -> dynamicTest(wire.engine().toString(), () -> {
                    X509Certificate crossed = FaultyCertificates.certifiedBy(Certificates.ROOT, OLDER_ROOT);
                    TlsIdentity identity = TlsIdentity.of(
                            LEAF.getKeyPair().getPrivate(), LEAF.getCertificate(), INTERMEDIATE, ROOT, crossed);
                    for (X509Certificate trusted : List.of(OLDER_ROOT.getCertificate(), ROOT)) {
                        assertAgree(
                                wire,
                                Tls.client().engine(wire.engine()).trusting(TlsTrust.certificates(trusted)),
                                Tls.server(identity).engine(wire.engine()));
                    }
                }));
    }

    /** Files may have been edited, joined, or stored on other systems. */
    @Test
    void blocks_beginAtTheBeginningOfALine_behindBlanksAtMost() throws Exception {
        String key = Certificates.LOCALHOST.getPrivateKeyPEM();
        String chain = Certificates.LOCALHOST.getCertificatePathPEM().strip();
        String commented = "# " + pem(List.of(ROOT)).strip().replace("\n", "\n# ") + "\n";
        X509Certificate leaf = Certificates.LOCALHOST.getCertificate();
        for (String text : List.of(
                commented + chain,
                "a -----BEGIN CERTIFICATE----- is what follows\n" + chain,
                "\ufeff" + chain,
                chain.replace("\n", "\r\n"),
                chain.indent(4),
                chain + pem(List.of(ROOT)))) {
            PemKey read = PemKey.read(file("edited.pem", text), file("edited.key", "#" + key + key));
            assertThat(read.chain()).as(text).startsWith(leaf);
        }
        assertThat(PemFile.read(file("joined.pem", chain + pem(List.of(ROOT)))).certificates())
                .containsExactly(leaf, ROOT);
    }

    private static CompletableFuture<?> prepared(dev.nettystreams.TlsUpgrade upgrade) {
        return upgrade.prepare().toCompletableFuture();
    }

    @Test
    void everyMessage_namesItsFile() throws Exception {
        String key = Certificates.LOCALHOST.getPrivateKeyPEM();
        String chain = Certificates.LOCALHOST.getCertificatePathPEM();
        Path goodKey = file("good.key", key);
        Path goodChain = file("good.pem", chain);
        byte[] cut = Arrays.copyOf(ROOT.getEncoded(), 100);
        List<Path> badCertificates = List.of(
                directory.resolve("missing"),
                directory,
                file("empty", ""),
                file("key instead", key),
                file("no end", chain.substring(0, chain.indexOf("-----END"))),
                file("no base64", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"),
                file("cut", pem("CERTIFICATE", cut)),
                file("second cut", chain + pem("X509 CERTIFICATE", cut)),
                file("trusted cut", pem("TRUSTED CERTIFICATE", joined(ROOT.getEncoded(), new byte[] {48, 9, 1}))));
        List<Path> badKeys = List.of(
                directory.resolve("missing"),
                directory,
                file("no key", ""),
                file("chain instead", chain),
                file("no end of key", key.substring(0, key.indexOf("-----END"))),
                file("cut key", pem("PRIVATE KEY", Arrays.copyOf(new byte[] {48, 80, 2, 1, 0}, 40))),
                file("cut EC key", pem("EC PRIVATE KEY", new byte[] {48, 5, 2})),
                file("encrypted", pem("ENCRYPTED PRIVATE KEY", new byte[9])),
                file("encrypted PKCS #1", """
                        -----BEGIN RSA PRIVATE KEY-----
                        Proc-Type: 4,ENCRYPTED

                        AAAA
                        -----END RSA PRIVATE KEY-----
                        """),
                file("a curve that the JDK has left", pem("EC PRIVATE KEY", ofSecp256k1())),
                file("another's", LEAF.getPrivateKeyPEM()));
        for (TlsEngine engine :
                Arrays.stream(TlsEngine.values()).filter(TlsEngine::isAvailable).toList()) {
            for (Path bad : badCertificates) {
                assertNames(bad, Tls.server(bad, goodKey).engine(engine));
                assertNames(
                        bad,
                        Tls.server(goodChain, goodKey)
                                .engine(engine)
                                .identityFor("localhost", TlsIdentity.pem(bad, goodKey)));
                assertNames(bad, Tls.client().engine(engine).trusting(TlsTrust.pem(bad)));
                assertNames(bad, Tls.client().engine(engine).identity(TlsIdentity.pem(bad, goodKey)));
            }
            for (Path bad : badKeys) {
                assertNames(bad, Tls.server(goodChain, bad).engine(engine));
                assertNames(bad, Tls.client().engine(engine).identity(TlsIdentity.pem(goodChain, bad)));
            }
        }
    }

    private static byte[] ofSecp256k1() {
        byte[] version = new Der(Der.INTEGER, new byte[] {1}).encoded();
        byte[] secret = new byte[32];
        secret[31] = 7;
        byte[] curve = HexFormat.of().parseHex("06052b8104000a");
        byte[] parts =
                joined(version, new Der(Der.OCTET_STRING, secret).encoded(), new Der(Der.FIRST, curve).encoded());
        return new Der(Der.SEQUENCE, parts).encoded();
    }

    private static void assertNames(Path file, dev.nettystreams.TlsUpgrade upgrade) throws Exception {
        assertThat(failureOf(prepared(upgrade)))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void keyOfALaterCertificate_isNamed() throws Exception {
        Path chain = file("chain.pem", pem(List.of(INTERMEDIATE, LEAF.getCertificate())));
        Path key = file("key.pem", LEAF.getPrivateKeyPEM());
        assertThat(failureOf(prepared(Tls.server(chain, key))))
                .hasMessageContaining("the key in " + key + " is not that of the first certificate in " + chain)
                .hasMessageContaining("it is that of certificate 2, which must be the first: CN=localhost");
    }
}
