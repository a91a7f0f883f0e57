package dev.nettystreams.demos.postgres;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.demos.ClientTls;
import dev.nettystreams.demos.Decoded;
import dev.nettystreams.demos.Peer;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postgres-query}: a protocol with a STARTTLS of its own, as a program that reads like it. */
@Command(
        name = "postgres-query",
        mixinStandardHelpOptions = true,
        description = {
            "Asks PostgreSQL, on port " + PostgresQuery.PORT + " unless told otherwise, and prints what psql would.",
            "",
            "TLS is insisted on, chain and host name verified. Over a Unix socket none is asked for, as by libpq:"
                    + " the words do not leave the machine, and servers offer it on TCP only. PATH is the socket itself,"
                    + " such as /run/postgresql/.s.PGSQL.5432.",
            "",
            "A login by SCRAM is bound to the server's certificate; one whose signature has no hash function,"
                    + " such as Ed25519's, cannot be bound to, and is refused.",
            "",
            "A result's rows are kept until the last one is there, to be aligned: more than 64 MiB of them are refused, and so is"
                    + " a single one of more than 16 MiB. COPY .. TO STDOUT is printed as it comes, without such a bound.",
            ""
        })
public final class PostgresQuery implements Callable<Integer> {
    static final int PORT = 5432;

    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(30);

    @Mixin
    private final Peer peer = new Peer(PORT);

    @Mixin
    private final ClientTls tls = new ClientTls();

    @Option(
            names = "--allow-plaintext",
            description = "Go on without TLS if the server has none: whoever is in between can have it say so.")
    private boolean allowsPlaintext;

    @Option(
            names = "--require-channel-binding",
            description =
                    "Log in only with a proof that is bound to the server's certificate, which nobody in between can"
                            + " pass on, whatever is believed.")
    private boolean requiresBinding;

    @Option(names = "--user", paramLabel = "USER", description = "The role (default: your name here).")
    private String user = System.getProperty("user.name");

    @Option(names = "--database", paramLabel = "DATABASE", description = "The database (default: named as the user).")
    private @Nullable String database;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "The password; everybody on this machine can see it (default: the variable PGPASSWORD).")
    private @Nullable String password;

    @Parameters(paramLabel = "SQL", description = "One statement or more, between semicolons.")
    private String sql = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    PostgresQuery() {}

    @Override
    public Integer call() throws Exception {
        check();
        TlsUpgrade upgrade = tls.client().upgrade(peer.host());
        PrintWriter out = command.commandLine().getOut();
        try (NettyStreams streams = peer.streams();
                StreamConnection connection = await(peer.connect(streams))) {
            logIn(connection, upgrade);
            query(connection, out);
        } finally {
            out.flush();
        }
        if (out.checkError()) {
            throw new IOException("could not write to standard output");
        }
        return 0;
    }

    /** An option that would do nothing lets its user believe in something that is not there. */
    private void check() {
        if (allowsPlaintext && peer.isUnix()) {
            throw misuse("--unix is in clear, --allow-plaintext or not");
        }
        if (peer.isUnix() && (tls.isGiven() || requiresBinding)) {
            throw misuse("--ca, --insecure, --cert, --key and --require-channel-binding are for TLS, not for --unix");
        }
        if (allowsPlaintext && requiresBinding) {
            throw misuse("--allow-plaintext and --require-channel-binding exclude each other");
        }
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }

    private void logIn(StreamConnection connection, TlsUpgrade upgrade) throws Exception {
        Wire wire = Wire.forLogin(connection, Patience.of(LOGIN_TIMEOUT), notices());
        if (!peer.isUnix()) {
            Encryption.agree(wire, upgrade, allowsPlaintext);
        }
        new Authentication(wire, login()).run();
    }

    private Login login() {
        String variable = System.getenv("PGPASSWORD");
        if (password == null && variable != null) {
            Decoded.check("the variable PGPASSWORD", variable);
        }
        return new Login(
                user, database != null ? database : user, password != null ? password : variable, requiresBinding);
    }

    private void query(StreamConnection connection, PrintWriter out) throws Exception {
        Wire wire = Wire.forQueries(connection, notices());
        try {
            new SimpleQuery(wire, out).run(sql);
        } finally {
            connection.writer().write(FrontendMessages.terminate());
        }
    }

    private Consumer<ServerReport> notices() {
        PrintWriter err = command.commandLine().getErr();
        return notice -> err.println(notice.line());
    }
}
