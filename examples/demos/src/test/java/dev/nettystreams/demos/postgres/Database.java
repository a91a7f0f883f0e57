package dev.nettystreams.demos.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.demos.Finished;
import io.netty.pkitesting.X509Bundle;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A PostgreSQL for one test, on the loopback interface and a Unix socket. PostgreSQL refuses to run as root, so a test
 * run by root starts it in a user namespace.
 *
 * <p>Its roles are named after their authentication: {@code alice} uses SCRAM, {@code cleartext} sends her password in
 * plaintext, {@code stale} has an MD5 password, {@code trusted} needs none, {@code certified} presents a certificate.
 */
final class Database implements AutoCloseable {
    static final String PASSWORD = "wünder\u00a0land"; // SASLprep changes it

    private static final Logger LOG = Logger.getLogger("io.zonky.test"); // referenced, or its level would be lost

    private static final String WHO_MAY_ENTER = """
            local     all  trusted             trust
            local     all  all                 scram-sha-256
            host      all  postgres   samehost trust
            host      all  trusted    samehost trust
            host      all  cleartext  samehost password
            host      all  stale      samehost md5
            hostssl   all  certified  samehost cert
            hostssl   all  all        samehost scram-sha-256
            hostnossl all  nobody     samehost reject
            hostnossl all  all        samehost scram-sha-256
            """;

    private final EmbeddedPostgres server;
    private final Path directory;

    private Database(EmbeddedPostgres server, Path directory) throws Exception {
        this.server = server;
        this.directory = directory;
        try (Connection postgres = server.getPostgresDatabase().getConnection();
                Statement statement = postgres.createStatement()) {
            for (String role : new String[] {"alice", "cleartext", "trusted", "certified"}) {
                statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + PASSWORD + "'");
            }
            statement.execute("SET password_encryption = 'md5'");
            statement.execute("CREATE ROLE stale LOGIN PASSWORD '" + PASSWORD + "'");
            statement.execute("CREATE DATABASE alice OWNER alice");
        }
    }

    /** Starts a database with TLS; skips the test with a message if there is no PostgreSQL for this machine. */
    static Database secured(Path directory, X509Bundle certificate) throws Exception {
        Path chain = Files.writeString(directory.resolve("chain.pem"), certificate.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("key.pem"), certificate.getPrivateKeyPEM());
        Path root = Files.writeString(directory.resolve("client-root.pem"), certificate.getRootCertificatePEM());
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return start(
                directory,
                settings(directory)
                        .setServerConfig("ssl", "on")
                        .setServerConfig("ssl_cert_file", chain.toString())
                        .setServerConfig("ssl_key_file", key.toString())
                        .setServerConfig("ssl_ca_file", root.toString()));
    }

    /** Starts a database without TLS. */
    static Database inClear(Path directory) throws Exception {
        return start(directory, settings(directory));
    }

    private static EmbeddedPostgres.Builder settings(Path directory) {
        LOG.setLevel(Level.WARNING);
        return EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", directory.toString())
                .setServerConfig("password_encryption", "scram-sha-256")
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("encoding", "UTF8")
                .setDataDirectoryCustomizer(Database::sayWhoMayEnter);
    }

    private static void sayWhoMayEnter(File data) {
        try {
            Files.writeString(data.toPath().resolve("pg_hba.conf"), WHO_MAY_ENTER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Database start(Path directory, EmbeddedPostgres.Builder settings) throws Exception {
        boolean canRun = canRun();
        if (!canRun) {
            System.out.println("skipped: there is no PostgreSQL that runs on this machine");
        }
        assumeTrue(canRun, "there is no PostgreSQL that runs on this machine");
        return new Database(settings.start(), directory);
    }

    private static boolean canRun() throws Exception {
        boolean isLinux = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
        boolean isRoot = System.getProperty("user.name").equals("root");
        return isLinux
                && (!isRoot
                        || Finished.run(new byte[0], List.of("unshare", "-U", "true"))
                                        .status()
                                == 0);
    }

    /** Creates another role that uses SCRAM. */
    void createRole(String role, String password) throws Exception {
        try (Connection postgres = server.getPostgresDatabase().getConnection();
                Statement statement = postgres.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN PASSWORD '" + password + "'");
        }
    }

    /** Creates a database with the name of its owner. */
    void createDatabase(String owner) throws Exception {
        try (Connection postgres = server.getPostgresDatabase().getConnection();
                Statement statement = postgres.createStatement()) {
            statement.execute("CREATE DATABASE " + owner + " OWNER " + owner);
        }
    }

    String port() {
        return Integer.toString(server.getPort());
    }

    String socket() {
        return directory.resolve(".s.PGSQL." + server.getPort()).toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
