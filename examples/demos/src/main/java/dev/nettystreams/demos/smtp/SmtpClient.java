package dev.nettystreams.demos.smtp;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.LineEnding;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.demos.OneLine;
import java.io.EOFException;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The client side of SMTP (RFC 5321), one command at a time.
 *
 * <pre>
 *   greet --> startTls --> authenticate --> mail, recipient..., content --> quit
 *             (offered? else refuse)
 * </pre>
 *
 * Everything that the server has said in plaintext is forgotten after the handshake: the client greets it again.
 */
final class SmtpClient {
    /** RFC 5321 section 4.5.3.2: five minutes for most replies, ten for a mail's. */
    private static final int PATIENCE_MINUTES = 10;

    /** RFC 5321 section 4.5.3.2.5. */
    private static final int BLOCK_MINUTES = 3;

    private static final int QUIT_SECONDS = 10;
    private static final int MOST_REPLY_LINES = 128;

    /**
     * RFC 5321 section 4.2.1: the first digit alone decides what comes next; clients should depend on no more digits
     * than necessary.
     */
    private static final int COMPLETION = 2;

    static final int INTERMEDIATE = 3;
    private static final int PERMANENT_REFUSAL = 5;

    /** RFC 3207 section 4. */
    private static final int READY_FOR_TLS = 220;

    private static final byte[] END_OF_MAIL = {'.', '\r', '\n'};

    private final StreamReader reader;
    private final StreamWriter writer;

    /** The server's extensions, by keyword in capitals, with their parameters. */
    private final Map<String, String> offers = new HashMap<>();

    SmtpClient(StreamConnection connection) {
        reader = connection.reader();
        writer = connection.writer();
    }

    /** Waits for the server's greeting and introduces the client. */
    void greet() throws Exception {
        expect(COMPLETION, "the connection", reply());
        introduce();
    }

    private void introduce() throws Exception {
        offers.clear();
        Reply reply = ask("EHLO " + ownName());
        if (reply.kind() == PERMANENT_REFUSAL) {
            expect(COMPLETION, "HELO", ask("HELO " + ownName())); // a server from before 1995, without extensions
            return;
        }
        expect(COMPLETION, "EHLO", reply);
        for (String offer : reply.lines().subList(1, reply.lines().size())) {
            int space = offer.indexOf(' ');
            String keyword = space < 0 ? offer : offer.substring(0, space);
            offers.put(keyword.toUpperCase(Locale.ROOT), space < 0 ? "" : offer.substring(space + 1));
        }
    }

    /** An address literal, as required of clients without a name (RFC 5321 section 4.1.4). */
    private String ownName() {
        if (writer.getExtraInfo("sockname") instanceof InetSocketAddress own && own.getAddress() != null) {
            String address = own.getAddress().getHostAddress().replaceAll("%.*", "");
            return own.getAddress() instanceof Inet6Address ? "[IPv6:" + address + "]" : "[" + address + "]";
        }
        return "localhost";
    }

    boolean offers(String keyword) {
        return offers.containsKey(keyword);
    }

    /**
     * Upgrades the connection to TLS (RFC 3207).
     *
     * @throws RefusedException if the server refuses, which leaves the connection in plaintext
     */
    void startTls(TlsUpgrade tls) throws Exception {
        Reply reply = ask("STARTTLS");
        // All digits count: after any other reply, a handshake would wait for a server that waits.
        if (reply.code() != READY_FOR_TLS) {
            throw new RefusedException("STARTTLS", reply);
        }
        await(writer.startTls(tls));
        introduce();
    }

    /** Logs in (RFC 4616), under TLS only. */
    void authenticate(String user, String password) throws Exception {
        if (writer.tlsSession() == null) {
            throw new IOException("a password is not sent in clear");
        }
        if (!List.of(offers.getOrDefault("AUTH", "").toUpperCase(Locale.ROOT).split(" +", -1))
                .contains("PLAIN")) {
            throw new IOException("the server does not offer AUTH PLAIN");
        }
        String plain = "\0" + user + "\0" + password;
        expect(
                COMPLETION,
                "the user or the password",
                ask("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain.getBytes(UTF_8))));
    }

    /** Hands over a mail, to all of the recipients or to none. */
    Reply send(OutgoingMail mail) throws Exception {
        String parameters = parametersFor(mail);
        expect(COMPLETION, "the sender", ask("MAIL FROM:<" + mail.sender() + ">" + parameters));
        for (String recipient : mail.recipients()) {
            expect(COMPLETION, "the recipient " + recipient, ask("RCPT TO:<" + recipient + ">"));
        }
        expect(INTERMEDIATE, "DATA", ask("DATA"));
        return expect(COMPLETION, "the mail", content(mail.lines()));
    }

    /**
     * Sends the lines of a mail and its final dot. A server may refuse the mail and close before it has read all of it;
     * it sends no other reply before the dot.
     */
    private Reply content(List<byte[]> lines) throws Exception {
        CompletableFuture<byte[]> word = reader.peek(1);
        for (byte[] line : lines) {
            writer.write(line);
            if (!awaitRoom(word)) {
                return earlyReply();
            }
        }
        writer.write(END_OF_MAIL);
        patiently(word);
        return reply();
    }

    /**
     * Waits for room in the write buffer.
     *
     * @param word the pending read of the server's reply
     * @return false if the server has replied or has ended the connection
     */
    private boolean awaitRoom(CompletableFuture<?> word) throws Exception {
        CompletableFuture<Void> drained = writer.drain();
        try {
            if (!drained.isDone() || drained.isCompletedExceptionally()) {
                await(CompletableFuture.anyOf(drained, word).orTimeout(BLOCK_MINUTES, TimeUnit.MINUTES));
            }
        } catch (TimeoutException e) {
            throw new IOException("the server has accepted no bytes of the mail for " + BLOCK_MINUTES + " minutes", e);
        } catch (IOException lost) {
            awaitBefore(lost, word);
        }
        return !word.isDone();
    }

    /** A server that breaks the connection may have sent a reason before, which is more useful than the loss. */
    private static void awaitBefore(IOException lost, CompletableFuture<?> word) throws Exception {
        try {
            await(word.orTimeout(QUIT_SECONDS, TimeUnit.SECONDS));
        } catch (IOException | TimeoutException nothing) {
            throw lost;
        }
    }

    /** Does not send the rest of the mail: the server has refused it, or no longer reads. */
    private Reply earlyReply() throws Exception {
        try {
            Reply reply = reply();
            if (reply.kind() == COMPLETION || reply.kind() == INTERMEDIATE) {
                throw new IOException("the server answered before the end of the mail: " + reply);
            }
            return reply;
        } finally {
            writer.abort();
        }
    }

    private String parametersFor(OutgoingMail mail) throws IOException {
        if (mail.has8BitBytes() && !offers("8BITMIME")) {
            throw new IOException("the mail has bytes above 127, which the server does not accept");
        }
        String size = offers.get("SIZE");
        if (size != null
                && size.matches("[0-9]{1,18}")
                && !size.matches("0+")
                && mail.byteCount() > Long.parseLong(size)) {
            throw new IOException("the mail has " + mail.byteCount() + " bytes; the server takes " + size);
        }
        return (size == null ? "" : " SIZE=" + mail.byteCount()) + (mail.has8BitBytes() ? " BODY=8BITMIME" : "");
    }

    /**
     * Ends the session, as clients must also after a refusal (RFC 5321 section 4.1.1.10): a server may count other ends
     * as lost connections. The outcome of the mail does not depend on the reply.
     */
    void quit() throws InterruptedException {
        try {
            writer.write("QUIT\r\n".getBytes(US_ASCII));
            await(reader.readLine(LineEnding.CRLF).orTimeout(QUIT_SECONDS, TimeUnit.SECONDS));
        } catch (IOException | TimeoutException | IllegalStateException e) {
            return; // the server closed without a reply
        }
    }

    private Reply ask(String command) throws Exception {
        writer.write((command + "\r\n").getBytes(US_ASCII));
        return reply();
    }

    private static Reply expect(int kind, String what, Reply reply) throws RefusedException {
        if (reply.kind() != kind) {
            throw new RefusedException(what, reply);
        }
        return reply;
    }

    private Reply reply() throws Exception {
        List<String> texts = new ArrayList<>();
        String line = line();
        String code = line.substring(0, 3);
        while (line.startsWith(code + "-") && texts.size() < MOST_REPLY_LINES) {
            texts.add(line.substring(4));
            line = line();
        }
        if (!line.startsWith(code) || line.startsWith(code + "-")) {
            throw new IOException("not an SMTP reply: more than " + MOST_REPLY_LINES + " lines, or of several codes");
        }
        texts.add(line.length() > 4 ? line.substring(4) : "");
        return new Reply(Integer.parseInt(code), texts);
    }

    private String line() throws Exception {
        byte[] line = patiently(reader.readLine(LineEnding.CRLF));
        if (line.length == 0) {
            throw new EOFException("the server ended the connection");
        }
        String text = new String(line, 0, line.length - 2, UTF_8);
        if (!text.matches("(?s)[2-5][0-9][0-9](?:[ -].*)?")) {
            throw new IOException("not an SMTP reply: " + OneLine.printable(text));
        }
        return text;
    }

    private static byte[] patiently(CompletableFuture<byte[]> answer) throws Exception {
        try {
            return await(answer.orTimeout(PATIENCE_MINUTES, TimeUnit.MINUTES));
        } catch (TimeoutException e) {
            throw new IOException("the server did not answer within " + PATIENCE_MINUTES + " minutes", e);
        }
    }
}
