package dev.nettystreams.demos.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.CommandResult;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Main;
import dev.nettystreams.demos.Programs;
import dev.nettystreams.demos.Readme;
import io.netty.pkitesting.CertificateBuilder;
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

/** The client with a PostgreSQL that offers TLS. */
@Timeout(120)
class PostgresQueryTest {
    @TempDir
    static Path directory;

    private static X509Bundle stranger;
    private static String root;
    private static String otherRoot;
    private static Database database;

    @BeforeAll
    static void startDatabase() throws Exception {
        X509Bundle issuer = issuer("CN=root of the tests");
        stranger = issuer("CN=root of nobody");
        root = file("root.pem", issuer.getRootCertificatePEM());
        otherRoot = file("other-root.pem", stranger.getRootCertificatePEM());
        database = Database.secured(
                directory,
                new CertificateBuilder()
                        .ecp256()
                        .subject("CN=localhost")
                        .addSanDnsName("localhost")
                        .buildIssuedBy(issuer));
    }

    @AfterAll
    static void stopDatabase() throws Exception {
        if (database != null) {
            database.close();
        }
    }

    private static X509Bundle issuer(String subject) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject(subject)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    private static String file(String name, String pem) throws Exception {
        return Files.writeString(directory.resolve(name), pem).toString();
    }

    private static CommandResult query(String... arguments) {
        List<String> command = new ArrayList<>(List.of("postgres-query", "--port", database.port()));
        command.addAll(Arrays.asList(arguments));
        return CommandResult.ofDemo(command.toArray(String[]::new));
    }

    private static CommandResult asAlice(String sql) {
        return query("--host", "localhost", "--ca", root, "--user", "alice", "--password", Database.PASSWORD, sql);
    }

    /** README's line, with another host, its port, and the root of this test. */
    @Test
    void readmesCommand_queries() throws Exception {
        Programs.require("bash");
        database.createRole("me", "secret");
        database.createDatabase("me");
        String block = Readme.theOne(Readme.indentedBlocks(), "demos postgres-query");
        String line = Readme.theOne(block.lines().toList(), "demos postgres-query");
        List<String> demo = DemoProcess.commandLine(Main.class, "postgres-query");
        Finished query = Finished.run(
                new byte[0],
                List.of(
                        "bash",
                        "-c",
                        line.replace("demos postgres-query", String.join(" ", demo))
                                .replace("db.example.org", "localhost --port " + database.port())
                                .replace("chain.pem", root)));
        assertThat(query.text()).as(query.err()).contains("PostgreSQL");
        assertThat(query.status()).isZero();
    }

    private static void assertPrinted(CommandResult query, String... lines) {
        assertThat(query.err()).isEmpty();
        assertThat(query.out()).isEqualTo(String.join("\n", lines) + "\n");
        assertThat(query.status()).isZero();
    }

    private static void assertRefused(CommandResult query, String reason) {
        assertThat(query.status()).isEqualTo(1);
        assertThat(query.out()).isEmpty();
        assertThat(query.err().lines()).hasSize(1);
        assertThat(query.err()).startsWith("netty-streams-demos: ").contains(reason);
    }

    // ---- trust and logins

    @Test
    void rightPassword_isLetIn_underTls() {
        assertPrinted(
                asAlice("select current_user, ssl, version from pg_stat_ssl where pid = pg_backend_pid()"),
                " current_user | ssl | version ",
                "--------------+-----+---------",
                " alice        | t   | TLSv1.3",
                "(1 row)",
                "");
    }

    @Test
    void wrongPassword_isRefused() {
        assertRefused(
                query("--host", "localhost", "--ca", root, "--user", "alice", "--password", "wrong", "select 1"),
                "FATAL 28P01: password authentication failed for user \"alice\"");
    }

    @Test
    void noPassword_isAskedFor() {
        assertRefused(
                query("--host", "localhost", "--ca", root, "--user", "alice", "--password", "", "select 1"),
                "the server asks for a password: give it by PGPASSWORD or --password");
    }

    @Test
    void passwordInTheEnvironment_isTaken() throws Exception {
        List<String> command = new ArrayList<>(List.of("env", "PGPASSWORD=wrong"));
        command.addAll(DemoProcess.commandLine(
                Main.class, "postgres-query", "--port", database.port(), "--insecure", "--user", "alice", "select 1"));
        Finished query = Finished.run(new byte[0], command);
        assertThat(query.err()).contains("28P01"); // and not that there is none
    }

    @Test
    void unknownRoot_isRefused() {
        assertRefused(query("--host", "localhost", "--ca", otherRoot, "--user", "trusted", "select 1"), "ertificat");
        assertRefused(query("--host", "localhost", "--user", "trusted", "select 1"), "ertificat");
    }

    @Test
    void otherHostName_isRefused() {
        assertRefused(query("--ca", root, "--user", "trusted", "--database", "alice", "select 1"), "127.0.0.1");
        assertThat(query("--insecure", "--user", "trusted", "--database", "alice", "select 1")
                        .status())
                .isZero();
    }

    @Test
    void manInTheMiddle_isFoundOutByTheBinding_whateverIsBelieved() throws Exception {
        try (ManInTheMiddle man = ManInTheMiddle.before(database.port(), stranger)) {
            String[] insecure = {"postgres-query", "--port", man.port(), "--insecure"};
            assertThat(CommandResult.ofDemo(with(insecure, "--user", "trusted", "--database", "alice", "select 1"))
                            .status())
                    .isZero(); // it can read everything
            assertRefused(
                    CommandResult.ofDemo(
                            with(insecure, "--user", "alice", "--password", Database.PASSWORD, "select 1")),
                    "FATAL 28000: SCRAM channel binding check failed"); // but cannot log in
        }
    }

    private static String[] with(String[] first, String... more) {
        String[] all = Arrays.copyOf(first, first.length + more.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    @Test
    void trustedUser_needsNoPassword() {
        assertThat(query("--host", "localhost", "--ca", root, "--user", "trusted", "--database", "alice", "select 1")
                        .status())
                .isZero();
    }

    @Test
    void passwordInClear_isToldUnderTls() {
        String[] user = {"--host", "localhost", "--ca", root, "--user", "cleartext", "--database", "alice"};
        assertThat(query(with(user, "--password", Database.PASSWORD, "select 1"))
                        .status())
                .isZero();
        assertRefused(query(with(user, "--password", "wrong", "select 1")), "FATAL 28P01: ");
    }

    @Test
    void md5_isRefused() {
        assertRefused(
                query("--host", "localhost", "--ca", root, "--user", "stale", "--password", "x", "select 1"),
                "the server asks for an MD5 password");
    }

    @Test
    void unixSocket_isSpokenToInClear() {
        CommandResult alice = CommandResult.ofDemo(
                "postgres-query",
                "--unix",
                database.socket(),
                "--user",
                "alice",
                "--password",
                Database.PASSWORD,
                "select ssl from pg_stat_ssl where pid = pg_backend_pid()");
        assertPrinted(alice, " ssl ", "-----", " f", "(1 row)", "");
        CommandResult trusted = CommandResult.ofDemo(
                "postgres-query",
                "--unix",
                database.socket(),
                "--user",
                "trusted",
                "--database",
                "alice",
                "select 1 as one");
        assertPrinted(trusted, " one ", "-----", "   1", "(1 row)", "");
    }

    @Test
    void serverWithoutTls_isSpokenToIfAllowed() throws Exception {
        Path other = Files.createDirectory(directory.resolve("in-clear"));
        try (Database inClear = Database.inClear(other)) {
            String[] alice = {
                "postgres-query", "--port", inClear.port(), "--user", "alice", "--password", Database.PASSWORD
            };
            assertRefused(CommandResult.ofDemo(with(alice, "select 1")), "the server offers no TLS");
            assertPrinted(
                    CommandResult.ofDemo(with(
                            alice, "--allow-plaintext", "select ssl from pg_stat_ssl where pid = pg_backend_pid()")),
                    " ssl ",
                    "-----",
                    " f",
                    "(1 row)",
                    "");
            assertRefused(
                    CommandResult.ofDemo(
                            "postgres-query",
                            "--port",
                            inClear.port(),
                            "--user",
                            "cleartext",
                            "--password",
                            Database.PASSWORD,
                            "--allow-plaintext",
                            "select 1"),
                    "the server asks for the password in clear, which is refused without TLS");
        }
    }

    // ---- queries and output

    @Test
    void errorInSql_isOneLine() {
        assertRefused(asAlice("select * from nowhere"), "ERROR 42P01: relation \"nowhere\" does not exist");
        assertRefused(
                asAlice("do $$ begin raise exception 'a' using detail = 'b', hint = 'c'; end $$"),
                "ERROR P0001: a; detail: b; hint: c\n");
    }

    @Test
    void severalStatements_areAnsweredInTurn_untilOneFails() {
        CommandResult several = asAlice("create temp table t (n int); insert into t values (1), (2) returning n; ;"
                + "select 'never seen'; select 1/0; select 3");
        assertThat(several.out().lines())
                .containsExactly(
                        "CREATE TABLE",
                        " n ",
                        "---",
                        " 1",
                        " 2",
                        "(2 rows)",
                        "",
                        "INSERT 0 2",
                        "  ?column?  ",
                        "------------",
                        " never seen",
                        "(1 row)",
                        "");
        assertThat(several.err()).isEqualTo("netty-streams-demos: ERROR 22012: division by zero\n");
        assertThat(several.status()).isEqualTo(1);
    }

    @Test
    void nothing_isAnsweredWithNothing() {
        CommandResult nothing = asAlice(" ");
        assertThat(nothing.out()).isEmpty();
        assertThat(nothing.err()).isEmpty();
        assertThat(nothing.status()).isZero();
    }

    @Test
    void notices_goToStandardError() {
        CommandResult notice = asAlice("do $$ begin raise notice 'by the way'; end $$");
        assertThat(notice.err()).isEqualTo("NOTICE 00000: by the way\n");
        assertThat(notice.out()).isEqualTo("DO\n");
        assertThat(notice.status()).isZero();
    }

    @Test
    void escapes_areShown() {
        assertThat(asAlice("select E'\\x1b[2J' || chr(8238) || chr(155) || E'\\r' as tricks")
                        .out())
                .contains(" \\x1B[2J\\u202E\\u009B\\r\n");
        assertThat(asAlice("select 1 as \"\u001b]0;title\"").out()).startsWith(" \\x1B]0;title ");
    }

    @Test
    void copyOut_isPrinted() {
        assertPrinted(asAlice("copy (values (1, 'größer'), (2, null)) to stdout"), "1\tgrößer", "2\t\\N");
    }

    @Test
    void copyOut_ofALongRow_isPrinted() {
        CommandResult copy = asAlice("copy (select repeat('ä', 9000000)) to stdout");
        assertThat(copy.err()).isEmpty();
        assertThat(copy.out()).hasSize(9_000_001).startsWith("ää").endsWith("ä\n");
    }

    @Test
    void copyIn_isRefused() {
        CommandResult copy = asAlice("create temp table t (n int); copy t from stdin");
        assertThat(copy.out()).isEqualTo("CREATE TABLE\n");
        assertThat(copy.err()).contains("COPY from stdin failed: postgres-query has nothing to copy from");
        assertThat(copy.status()).isEqualTo(1);
    }

    @Test
    void disconnection_isReported() {
        assertRefused(asAlice("select pg_terminate_backend(pg_backend_pid())"), "FATAL 57P01: ");
    }

    @Test
    void hundredThousandRows_arePrinted() {
        CommandResult rows = asAlice("select n, n * 1.5 as x, 'row ' || n as t from generate_series(1, 100000) as n");
        assertThat(rows.err()).isEmpty();
        List<String> lines = rows.out().lines().toList();
        assertThat(lines).hasSize(100_004);
        assertThat(lines.get(2)).isEqualTo("      1 |      1.5 | row 1");
        assertThat(lines.get(100_001)).isEqualTo(" 100000 | 150000.0 | row 100000");
        assertThat(lines.get(100_002)).isEqualTo("(100000 rows)");
    }

    @Test
    void cellsOfAnyLength_areTaken_upToTheBound() {
        assertThat(asAlice("select repeat('x', 5000000) as long").out()).hasSizeGreaterThan(5_000_000);
        assertRefused(asAlice("select repeat('x', 20000000) as long"), "postgres-query takes at most 16777216");
        assertRefused(
                asAlice("select repeat('x', 1000000) from generate_series(1, 100)"),
                "the result takes more than 67108864 bytes of memory");
    }

    @Test
    void tables_areThoseOfPsql() throws Exception {
        Programs.require("psql");
        for (String sql : List.of(
                "select 1 as n, null as nothing, 'ä' as \"ümlaut\", '東京' as city, 'e\u0301' as combined",
                "select 'a' as x, 1.50 as numeric, 2::int8 as y, true as z, '' as empty union all select 'bbb', 22, -3, false, null",
                "select",
                "select from generate_series(1, 2)",
                "select 1 as a where false",
                "select",
                "show client_encoding",
                "create temp table t (n int); insert into t values (1), (2); update t set n = 3 returning n; delete from t;"
                        + " truncate t; begin; rollback",
                "explain (costs off) select 1",
                "copy (values (1, 'a\tb')) to stdout")) {
            Finished psql = Finished.run(
                    new byte[0],
                    List.of(
                            "env",
                            "PGCLIENTENCODING=UTF8",
                            "PGCONNECT_TIMEOUT=10",
                            "psql",
                            "-X",
                            "-h",
                            directory.toString(),
                            "-p",
                            database.port(),
                            "-U",
                            "trusted",
                            "-d",
                            "alice",
                            "-c",
                            sql));
            assertThat(asAlice(sql).out()).as(sql).isEqualTo(new String(psql.out(), UTF_8));
        }
    }
}
