package dev.nettystreams.demos.smtp;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.demos.ServerCommand;
import dev.nettystreams.netty.NettyStreams;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code smtp-server}: accepts mail for any recipient, and prints or stores it. */
@Command(
        name = "smtp-server",
        mixinStandardHelpOptions = true,
        description = {
            "Accepts mail for any recipient, on port " + SmtpServer.PORT + " by default, and prints or stores it.",
            "With a certificate it offers STARTTLS; with --smtps TLS comes first."
        })
public final class SmtpServer extends ServerCommand {
    static final int PORT = 2525;

    private static final int LEAST_MOST_BYTES = 65536; // RFC 5321 section 4.5.3.1.7: a server must accept 64K octets

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The host name in its greeting (default: ${DEFAULT-VALUE}).")
    private String name = "localhost";

    @Option(names = "--require-tls", description = "Accepts mail only under TLS.")
    private boolean requiresTls;

    @Option(names = "--smtps", description = "TLS from the first byte (RFC 8314) instead of STARTTLS.")
    private boolean isSmtps;

    @Option(
            names = "--most-bytes",
            paramLabel = "BYTES",
            description = "The maximum size of a mail, at least " + LEAST_MOST_BYTES + " (default: ${DEFAULT-VALUE}).")
    private int mostBytes = 10_485_760;

    @Option(
            names = "--store",
            paramLabel = "DIRECTORY",
            description = "Store mails in this Maildir instead of printing them.")
    private @Nullable Path directory;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private ServerPolicy policy;

    @SuppressWarnings("NullAway.Init") // before the first connection
    private Delivery delivery;

    SmtpServer() {
        super(PORT);
    }

    @Override
    protected boolean isTlsFirst() {
        return isSmtps;
    }

    @Override
    protected void prepare(NettyStreams streams) throws IOException {
        if ((requiresTls || isSmtps) && tls() == null) {
            throw misuse((isSmtps ? "--smtps" : "--require-tls") + " needs --tls-cert and --tls-key");
        }
        if (mostBytes < LEAST_MOST_BYTES) {
            throw misuse("--most-bytes < " + LEAST_MOST_BYTES + ": " + mostBytes);
        }
        if (!name.matches("[A-Za-z0-9.\\-]{1,255}")) {
            throw misuse("not a host's name: " + name);
        }
        policy = new ServerPolicy(name, mostBytes, tls() != null, requiresTls);
        delivery = directory == null ? new PrintedMail(System.out) : Maildir.in(directory);
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer) {
        return dialogue(reader, writer, ProxyHeader.of(writer));
    }

    @Override
    protected Dialogue dialogue(StreamReader reader, StreamWriter writer, ProxyHeader client) {
        return new SmtpDialogue(reader, writer, client, policy, tls(), delivery, this::isEnding);
    }
}
