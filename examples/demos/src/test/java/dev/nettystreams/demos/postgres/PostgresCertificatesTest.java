package dev.nettystreams.demos.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.CommandResult;
import dev.nettystreams.demos.postgres.ManInTheMiddle.Manner;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates beyond trust: a login bound to the server's certificate, and one with the client's own. */
@Timeout(120)
class PostgresCertificatesTest {
    private static final String[] ALICE = {"--insecure", "--user", "alice", "--password", Database.PASSWORD};

    @TempDir
    static Path directory;

    private static X509Bundle issuer;
    private static X509Bundle localhost;
    private static X509Bundle pss;
    private static Database database;

    @BeforeAll
    static void startDatabase() throws Exception {
        issuer = issuer(Algorithm.ecp256);
        localhost = issuedBy(issuer);
        pss = PssCertificate.in(directory);
        database = Database.secured(directory, localhost);
    }

    @AfterAll
    static void stopDatabase() throws Exception {
        if (database != null) {
            database.close();
        }
    }

    private static X509Bundle issuer(Algorithm algorithm) throws Exception {
        return new CertificateBuilder()
                .algorithm(algorithm)
                .subject("CN=" + algorithm)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static X509Bundle issuedBy(X509Bundle authority) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .buildIssuedBy(authority);
    }

    private static CommandResult query(String port, String[] login, String... options) {
        List<String> command = new ArrayList<>(List.of("postgres-query", "--port", port));
        command.addAll(Arrays.asList(login));
        command.addAll(Arrays.asList(options));
        command.add("select 1 as one");
        return CommandResult.ofDemo(command.toArray(String[]::new));
    }

    private static void assertAnswered(CommandResult query) {
        assertThat(query.err()).isEmpty();
        assertThat(query.out()).startsWith(" one \n");
        assertThat(query.status()).isZero();
    }

    private static void assertRefused(CommandResult query, String reason) {
        assertThat(query.status()).isEqualTo(1);
        assertThat(query.out()).isEmpty();
        assertThat(query.err().lines()).singleElement().asString().contains(reason);
    }

    // ---- the server's certificate

    @Test
    void manInTheMiddle_isFoundOut_whateverHisCertificateIsSignedBy() throws Exception {
        for (X509Bundle certificate : List.of(issuedBy(issuer), issuedBy(issuer(Algorithm.ecp384)), pss)) {
            try (ManInTheMiddle man = ManInTheMiddle.before(database.port(), certificate)) {
                assertRefused(query(man.port(), ALICE), "FATAL 28000: SCRAM channel binding check failed");
            }
        }
    }

    @Test
    void certificateThatCannotBeBoundTo_isRefused_andItsAlgorithmNamed() throws Exception {
        try (ManInTheMiddle man = ManInTheMiddle.before(database.port(), issuedBy(issuer(Algorithm.ed25519)))) {
            assertRefused(query(man.port(), ALICE), "its signature algorithm is Ed25519");
        }
    }

    @Test
    void manInTheMiddle_whoTakesTheOfferAway_isFoundOutByTheServer() throws Exception {
        for (X509Bundle certificate : List.of(issuedBy(issuer), issuedBy(issuer(Algorithm.ed25519)), pss)) {
            try (ManInTheMiddle man = ManInTheMiddle.before(database.port(), certificate, Manner.WITHOUT_PLUS)) {
                assertRefused(query(man.port(), ALICE), "FATAL 28000: SCRAM channel binding negotiation error");
            }
        }
    }

    /** The server's side has no certificate to bind to. */
    @Test
    void serverBehindItsOwnTls_letsUsIn_unlessBindingIsRequired() throws Exception {
        try (ManInTheMiddle pooler = ManInTheMiddle.before(database.port(), localhost, Manner.IN_CLEAR)) {
            assertAnswered(query(pooler.port(), ALICE));
            assertRefused(
                    query(pooler.port(), ALICE, "--require-channel-binding"),
                    "the server does not offer channel binding, which --require-channel-binding insists on");
        }
    }

    @Test
    void requiredBinding_isThere_orThereIsNoLogin() {
        assertAnswered(query(database.port(), ALICE, "--require-channel-binding"));
        for (String user : List.of("trusted", "cleartext", "stale")) {
            String[] login = {"--insecure", "--user", user, "--database", "alice", "--password", Database.PASSWORD};
            assertRefused(
                    query(database.port(), login, "--require-channel-binding"),
                    "which is without the channel binding that --require-channel-binding insists on");
        }
    }

    @Test
    void certificateSignedByPss_isBoundTo() throws Exception {
        try (Database other = Database.secured(Files.createDirectory(directory.resolve("pss")), pss)) {
            assertAnswered(query(other.port(), ALICE, "--require-channel-binding"));
        }
    }

    // ---- the client's certificate

    @Test
    void clientCertificate_isShown() throws Exception {
        X509Bundle certified =
                new CertificateBuilder().ecp256().subject("CN=certified").buildIssuedBy(issuer);
        String chain = Files.writeString(directory.resolve("certified.pem"), certified.getCertificatePathPEM())
                .toString();
        String key = Files.writeString(directory.resolve("certified-key.pem"), certified.getPrivateKeyPEM())
                .toString();
        String root = Files.writeString(directory.resolve("root.pem"), issuer.getRootCertificatePEM())
                .toString();
        String[] login = {"--host", "localhost", "--ca", root, "--user", "certified", "--database", "alice"};
        assertAnswered(query(database.port(), login, "--cert", chain, "--key", key));
        assertRefused(query(database.port(), login), "FATAL 28000: connection requires a valid client certificate");
        assertRefused(query(database.port(), login, "--cert", chain, "--key", chain), "PRIVATE KEY");
    }

    // ---- passwords

    @Test
    void passwordsBeyondAscii_letTheirOwnersIn() throws Exception {
        List<String> passwords = List.of("\u00ad", "so\u00adft", "zero\u200bwidth", "tone\u0340", "\ufb01n", "\u06271");
        for (int i = 0; i < passwords.size(); i++) {
            database.createRole("owner" + i, passwords.get(i));
            String[] login = {"--insecure", "--user", "owner" + i, "--database", "alice", "--password", passwords.get(i)
            };
            assertAnswered(query(database.port(), login));
        }
    }
}
