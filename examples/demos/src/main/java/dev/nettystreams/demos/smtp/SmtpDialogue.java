package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.nettystreams.BareLineEndingException;
import dev.nettystreams.FailureReporter;
import dev.nettystreams.IncompleteReadException;
import dev.nettystreams.LimitOverrunException;
import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.demos.Addresses;
import dev.nettystreams.demos.Dialogue;
import dev.nettystreams.demos.OneLine;
import dev.nettystreams.demos.ProxyHeader;
import dev.nettystreams.spi.LogLimit;
import dev.nettystreams.spi.Timeouts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One client of the server: lines in, replies out, with a handshake or a delivery in between where one is due.
 *
 * <p>Lines end only with CR LF: a server that takes a bare LF for the end of a line, or of a mail, lets a sender
 * smuggle a second mail past a server that has checked the first.
 */
final class SmtpDialogue implements Dialogue {
    /** Shared by all conversations, because clients determine how many mails fail. */
    private static final LogLimit NOT_STORED = new LogLimit(FailureReporter.LINES_PER_SECOND);

    private static final int MOST_COMMAND_BYTES = 2048;
    private static final int MOST_TEXT_LINE_BYTES = 65536;

    /** RFC 5321 section 4.5.3.2.7. */
    private static final int PATIENCE_MINUTES = 5;

    private static final CompletableFuture<Void> NOTHING = CompletableFuture.completedFuture(null);

    private final StreamReader reader;
    private final StreamWriter writer;
    private final ServerPolicy policy;
    private final @Nullable TlsUpgrade tls;
    private final Delivery delivery;
    private final BooleanSupplier isGoingDown;
    private final SmtpSession session;

    /** The mail that is being received; null between mails. */
    private @Nullable MailContent content;

    /** Must complete before the next line is read: a handshake or a delivery. */
    private CompletableFuture<Void> before = NOTHING;

    SmtpDialogue(
            StreamReader reader,
            StreamWriter writer,
            ProxyHeader client,
            ServerPolicy policy,
            @Nullable TlsUpgrade tls,
            Delivery delivery,
            BooleanSupplier isGoingDown) {
        this.reader = reader;
        this.writer = writer;
        this.policy = policy;
        this.tls = tls;
        this.delivery = delivery;
        this.isGoingDown = isGoingDown;
        TlsSession already = writer.tlsSession();
        session = new SmtpSession(policy, peer(client), already == null ? null : already.protocol());
        reply(session.greeting());
    }

    private static String peer(ProxyHeader client) {
        return client.source() == null ? "local" : Addresses.printable(client.source());
    }

    private void reply(String lines) {
        writer.write((lines + "\r\n").getBytes(ISO_8859_1));
    }

    @Override
    public CompletableFuture<byte[]> read() {
        if (before.isDone() && !before.isCompletedExceptionally()) {
            return line();
        }
        return before.thenCompose(over -> line());
    }

    private CompletableFuture<byte[]> line() {
        int limit = content == null ? MOST_COMMAND_BYTES : MOST_TEXT_LINE_BYTES;
        return reader.readLine(LineEnding.CRLF, limit).orTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES);
    }

    @Override
    public Then accept(byte[] line) {
        if (line.length == 0) {
            goDown();
            return Then.END;
        }
        if (content == null) {
            return perform(session.answer(new String(line, 0, line.length - 2, ISO_8859_1)));
        }
        if (content.accept(line)) {
            take(content);
            content = null;
        }
        return Then.READ_ON;
    }

    /**
     * If the server and not the client has ended the input, tells the client (RFC 5321 section 3.8), which then tries
     * again later.
     */
    private void goDown() {
        if (isGoingDown.getAsBoolean()) {
            reply("421 4.3.2 going down");
        }
    }

    private Then perform(Answer answer) {
        if (answer.next() == Answer.Next.HANDSHAKE && tls != null) {
            before = writer.startTls(tls, (answer.reply() + "\r\n").getBytes(ISO_8859_1))
                    .thenAccept(secured -> session.secured(secured.protocol()));
            return Then.READ_ON;
        }
        reply(answer.reply());
        if (answer.next() == Answer.Next.CONTENT) {
            content = new MailContent(policy.mostBytes());
        }
        return answer.next() == Answer.Next.END ? Then.END : Then.DRAIN;
    }

    private void take(MailContent whole) {
        Mail mail = session.mail(whole);
        if (mail == null) {
            reply(session.refusal());
            return;
        }
        before = delivery.deliver(mail).handle((done, failure) -> {
            if (failure != null) {
                NOT_STORED.write(System.err::println, () -> "netty-streams-demos: " + OneLine.of(failure));
            }
            reply(failure == null ? "250 2.0.0 taken" : "451 4.3.0 it could not be stored; later, perhaps");
            return null;
        });
    }

    @Override
    public boolean isWaitingForPeer() {
        return before.isDone();
    }

    /** RFC 5321, section 3.8: a server may say so before it closes. */
    @Override
    public Then idle(Duration timeout) {
        reply("421 4.4.2 nothing for " + Timeouts.toText(timeout));
        return Then.END;
    }

    @Override
    public Duration drainTimeout() {
        return Duration.ofMinutes(PATIENCE_MINUTES);
    }

    /** Tells a client which rule it has broken, and ignores everything that it sends afterwards. */
    @Override
    public CompletionStage<?> failed(Throwable failure) {
        if (failure instanceof BareLineEndingException bare) {
            reply("521 5.5.2 a bare " + (bare.found() == '\n' ? "LF" : "CR") + ": lines end with CR LF");
        } else if (failure instanceof LimitOverrunException overrun) {
            reply("500 5.5.2 a line has at most " + overrun.limit() + " bytes");
        } else if (failure instanceof TimeoutException) {
            reply("421 4.4.2 nothing for " + PATIENCE_MINUTES + " minutes");
        } else if (failure instanceof IncompleteReadException) {
            goDown();
        } else {
            return CompletableFuture.failedFuture(failure);
        }
        return NOTHING;
    }
}
