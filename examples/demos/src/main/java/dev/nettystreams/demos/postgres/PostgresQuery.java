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

/** {@code postgres-query}: a protocol with a STARTTLS of its own, as straight-line code. */
@Command(
        name = "postgres-query",
        mixinStandardHelpOptions = true,
        description = {
            "Asks PostgreSQL, on port " + PostgresQuery.PORT + " by default, and prints the result as psql does.",
            "",
            "TLS is required, and the certificate chain and host name are verified. A Unix socket uses no TLS, as in"
                    + " libpq: the data does not leave the machine, and servers offer TLS on TCP only. PATH is the"
                    + " socket itself, such as /run/postgresql/.s.PGSQL.5432.",
            "",
            "A login with SCRAM is bound to the server's certificate. A certificate whose signature has no hash"
                    + " function, such as one with Ed25519, cannot be bound to, and is refused.",
            "",
            "The rows of a result are kept until the last one arrives, to align them: more than 64 MiB are refused,"
                    + " and so is a row of more than 16 MiB. COPY .. TO STDOUT is printed as it arrives, without such"
                    + " a limit.",
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
            description = "Go on without TLS if the server has none, which an attacker on the path can forge.")
    private boolean allowsPlaintext;

    @Option(
            names = "--require-channel-binding",
            description =
                    "Log in only with a proof bound to the server's certificate, which no attacker on the path can"
                            + " pass on, whatever certificates are trusted.")
    private boolean requiresBinding;

    @Option(names = "--user", paramLabel = "USER", description = "The role (default: your user name).")
    private String user = System.getProperty("user.name");

    @Option(
            names = "--database",
            paramLabel = "DATABASE",
            description = "The database (default: the name of the role).")
    private @Nullable String database;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            description = "The password; every user of this machine can see it (default: the variable PGPASSWORD).")
    private @Nullable String password;

    @Parameters(paramLabel = "SQL", description = "One or more statements, separated by semicolons.")
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

    /** Refuses options that would have no effect, because their user would rely on them. */
    private void check() {
        if (allowsPlaintext && peer.isUnix()) {
            throw misuse("--unix is always plaintext: --allow-plaintext has no effect");
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
        MessageStream messages = MessageStream.forLogin(connection, AnswerDeadline.of(LOGIN_TIMEOUT), notices());
        if (!peer.isUnix()) {
            Encryption.agree(messages, upgrade, allowsPlaintext);
        }
        new Authentication(messages, login()).run();
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
        MessageStream messages = MessageStream.forQueries(connection, notices());
        try {
            new SimpleQuery(messages, out).run(sql);
        } finally {
            connection.writer().write(FrontendMessages.terminate());
        }
    }

    private Consumer<ServerReport> notices() {
        PrintWriter err = command.commandLine().getErr();
        return notice -> err.println(notice.line());
    }
}
