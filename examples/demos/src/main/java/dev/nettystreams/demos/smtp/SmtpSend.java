package dev.nettystreams.demos.smtp;

import static dev.nettystreams.Await.await;

import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.demos.ClientTls;
import dev.nettystreams.demos.Decoded;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.demos.Peer;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.tls.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code smtp-send}: sends a mail over TLS. */
@Command(
        name = "smtp-send",
        mixinStandardHelpOptions = true,
        description = {
            "Sends a mail, header and body, to port " + SmtpSend.PORT + " by default.",
            "Goes on in plaintext only with --allow-plaintext."
        })
public final class SmtpSend implements Callable<Integer> {
    static final int PORT = 587;

    /**
     * The characters that an address may contain: it fits between the brackets of an envelope and cannot end its
     * command.
     */
    private static final String ADDRESS = "[!-~&&[^<>\"\\\\]]{1,254}";

    @Mixin
    private final Peer peer = new Peer(PORT);

    @Mixin
    private final ClientTls tls = new ClientTls();

    @Option(names = "--from", paramLabel = "ADDRESS", required = true, description = "The sender; '' for none.")
    private String sender = "";

    @Option(names = "--to", paramLabel = "ADDRESS", required = true, description = "A recipient; may be given again.")
    private List<String> recipients = new ArrayList<>();

    @Option(names = "--user", paramLabel = "NAME", description = "Log in, under TLS only (AUTH PLAIN).")
    private @Nullable String user;

    @Option(
            names = "--password",
            paramLabel = "PASSWORD",
            defaultValue = "${env:SMTP_PASSWORD}",
            description = "The user's password (default: the variable SMTP_PASSWORD).")
    private @Nullable String password;

    @Option(names = "--smtps", description = "TLS from the first byte (RFC 8314) instead of STARTTLS.")
    private boolean isSmtps;

    @Option(
            names = "--allow-plaintext",
            description = "Go on in plaintext if the server offers no TLS, which an attacker on the path can forge.")
    private boolean allowsPlaintext;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The mail (default: standard input).")
    private @Nullable Path file;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        check();
        OutgoingMail mail = OutgoingMail.of(sender, recipients, mail());
        TlsClient client = tls.client();
        try (NettyStreams streams = peer.streams();
                StreamConnection connection = await(connect(streams, client))) {
            SmtpClient smtp = new SmtpClient(connection);
            Reply reply;
            try {
                reply = converse(smtp, client, mail);
            } catch (RefusedException e) {
                if (!e.isHalfWay()) {
                    smtp.quit();
                }
                throw e;
            }
            TlsSession session = connection.writer().tlsSession();
            command.commandLine().getOut().println((session == null ? "in clear" : session.protocol()) + ": " + reply);
            smtp.quit();
            return 0;
        }
    }

    private Reply converse(SmtpClient smtp, TlsClient client, OutgoingMail mail) throws Exception {
        smtp.greet();
        if (!isSmtps) {
            secure(smtp, client);
        }
        if (user != null) {
            smtp.authenticate(user, String.valueOf(password));
        }
        return smtp.send(mail);
    }

    private void check() {
        for (String recipient : recipients) {
            if (!recipient.matches(ADDRESS)) {
                throw misuse("not an address: " + recipient);
            }
        }
        if (!sender.isEmpty() && !sender.matches(ADDRESS)) {
            throw misuse("not an address: " + sender);
        }
        if (isSmtps && allowsPlaintext) {
            throw misuse("--smtps is under TLS from the first byte, and --allow-plaintext would do nothing");
        }
        if (user != null && (password == null || (user + password).indexOf('\0') >= 0)) {
            throw misuse("--user needs a password, and neither may contain a NUL");
        }
        if (user != null) {
            Decoded.check("the password", String.valueOf(password)); // may come from the environment
        }
    }

    private byte[] mail() throws IOException {
        try {
            return file == null ? System.in.readAllBytes() : Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IOException(
                    "could not read " + (file == null ? "standard input" : "the mail") + ": " + OneLine.of(e), e);
        }
    }

    private CompletableFuture<StreamConnection> connect(NettyStreams streams, TlsClient client) {
        return isSmtps ? peer.connect(streams, client) : peer.connect(streams);
    }

    private void secure(SmtpClient smtp, TlsClient client) throws Exception {
        if (!smtp.offers("STARTTLS") && !allowsPlaintext) {
            throw new IOException("the server does not offer TLS (--allow-plaintext goes on without)");
        }
        if (!smtp.offers("STARTTLS")) {
            return;
        }
        try {
            smtp.startTls(client.upgrade(peer.host()));
        } catch (RefusedException e) {
            if (!allowsPlaintext) {
                throw e;
            }
        }
    }

    private ParameterException misuse(String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
