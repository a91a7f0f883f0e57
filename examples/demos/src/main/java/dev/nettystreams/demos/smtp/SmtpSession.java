package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server side of SMTP without I/O: a command in, an {@link Answer} out.
 *
 * <pre>
 *   no greeting --EHLO, HELO--> greeted --MAIL--> sender --RCPT--> recipients --DATA--> (the mail) --> greeted
 *        ^                        | ^________________|__RSET, EHLO____|
 *        |_______STARTTLS_________|    everything said in plaintext is forgotten (RFC 3207 section 4.2)
 * </pre>
 *
 * The known facts determine the state: the client's name, the sender, the recipients.
 */
final class SmtpSession {
    private static final int MOST_RECIPIENTS = 100;
    private static final int MOST_REFUSALS = 20;

    /** RFC 3207 section 4: the commands that a server which requires TLS accepts before it. */
    private static final Set<String> BEFORE_TLS = Set.of("EHLO", "STARTTLS", "NOOP", "QUIT");

    /** RFC 5322 section 3.3. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM yyyy HH:mm:ss Z", Locale.ROOT);

    private static final Pattern CLIENT_NAME = Pattern.compile("[A-Za-z0-9.:_\\-\\[\\]]{1,255}");

    private final ServerPolicy policy;
    private final String peer;
    private @Nullable String tls; // null in plaintext
    private @Nullable String clientName;
    private boolean isExtended;
    private @Nullable String sender;
    private final List<String> recipients = new ArrayList<>();
    private int refusals;

    /**
     * Starts a session.
     *
     * @param peer the client's address, for the trace line of a mail
     * @param tls the TLS version in use, or null for plaintext
     */
    SmtpSession(ServerPolicy policy, String peer, @Nullable String tls) {
        this.policy = policy;
        this.peer = peer;
        this.tls = tls;
    }

    String greeting() {
        return "220 " + policy.name() + " ESMTP netty-streams";
    }

    /** The connection is under TLS now, and the client must introduce itself again. */
    void secured(String version) {
        tls = version;
        clientName = null;
        forgetMail();
    }

    Answer answer(String line) {
        if (ForeignLine.isOne(line)) {
            return new Answer("521 5.7.0 this is SMTP; no mail is taken from other protocols", Answer.Next.END);
        }
        int space = line.indexOf(' ');
        String verb = (space < 0 ? line : line.substring(0, space)).toUpperCase(Locale.ROOT);
        String argument = space < 0 ? "" : line.substring(space + 1).strip();
        try {
            if (policy.requiresTls() && tls == null && !BEFORE_TLS.contains(verb)) {
                throw new SmtpException("530 5.7.0 say STARTTLS first");
            }
            return answer(verb, argument);
        } catch (SmtpException e) {
            // Refusing some of many recipients follows the rules (RFC 5321 section 4.5.3.1.10): no error of the client.
            boolean isForNow = e.reply().startsWith("4");
            refusals += isForNow ? 0 : 1;
            boolean isEnough = refusals >= MOST_REFUSALS;
            return isEnough ? new Answer("421 4.7.0 too many errors", Answer.Next.END) : Answer.of(e.reply());
        }
    }

    private Answer answer(String verb, String argument) throws SmtpException {
        return switch (verb) {
            case "EHLO" -> greet(argument, true);
            case "HELO" -> greet(argument, false);
            case "STARTTLS" -> startTls(argument);
            case "MAIL" -> mail(argument);
            case "RCPT" -> recipient(argument);
            case "DATA" -> data(argument);
            case "RSET" -> reset(argument);
            case "NOOP" -> Answer.of("250 2.0.0 ok");
            case "VRFY" -> Answer.of("252 2.1.5 send some mail, and see");
            case "HELP" ->
                Answer.of("214 2.0.0 EHLO STARTTLS MAIL RCPT DATA RSET NOOP VRFY HELP QUIT (RFC 5321, RFC 3207)");
            case "QUIT" -> quit(argument);
            case "AUTH", "BDAT", "EXPN" -> throw new SmtpException("502 5.5.1 not here");
            default -> throw new SmtpException("500 5.5.2 unknown command");
        };
    }

    private Answer greet(String name, boolean extended) throws SmtpException {
        if (!CLIENT_NAME.matcher(name).matches()) {
            throw new SmtpException("501 5.5.4 expected a name or an [address]");
        }
        clientName = name;
        isExtended = extended;
        forgetMail();
        return Answer.of(
                extended ? "250-" + String.join("\r\n250-", offers()) + "\r\n250 HELP" : "250 " + policy.name());
    }

    private List<String> offers() {
        List<String> offers =
                new ArrayList<>(List.of(policy.name(), "PIPELINING", "SIZE " + policy.mostBytes(), "8BITMIME"));
        offers.add("ENHANCEDSTATUSCODES");
        if (policy.offersTls() && tls == null) {
            offers.add("STARTTLS");
        }
        return offers;
    }

    private Answer startTls(String argument) throws SmtpException {
        refuse(argument, "STARTTLS");
        if (tls != null) {
            throw new SmtpException("503 5.5.1 TLS is there already");
        }
        if (!policy.offersTls()) {
            throw new SmtpException("502 5.5.1 no certificate here");
        }
        return new Answer("220 2.0.0 go ahead", Answer.Next.HANDSHAKE);
    }

    private Answer mail(String argument) throws SmtpException {
        if (clientName == null) {
            throw new SmtpException("503 5.5.1 say EHLO first");
        }
        if (sender != null) {
            throw new SmtpException("503 5.5.1 one mail at a time");
        }
        EnvelopePath path = EnvelopePath.parse(argument, "FROM:");
        for (Map.Entry<String, String> parameter : path.parameters().entrySet()) {
            check(parameter.getKey(), parameter.getValue());
        }
        sender = path.address();
        return Answer.of("250 2.1.0 ok");
    }

    private void check(String parameter, String value) throws SmtpException {
        switch (parameter) {
            case "SIZE" -> checkSize(value);
            case "BODY" -> {
                if (!value.equalsIgnoreCase("7BIT") && !value.equalsIgnoreCase("8BITMIME")) {
                    throw new SmtpException("501 5.5.4 BODY is 7BIT or 8BITMIME");
                }
            }
            default -> throw new SmtpException("555 5.5.4 unknown parameter");
        }
    }

    private void checkSize(String value) throws SmtpException {
        if (!value.matches("[0-9]{1,20}")) {
            throw new SmtpException("501 5.5.4 SIZE is a number");
        }
        if (value.length() > 10 || Long.parseLong(value) > policy.mostBytes()) {
            throw new SmtpException(tooLarge());
        }
    }

    private String tooLarge() {
        return "552 5.3.4 a mail has at most " + policy.mostBytes() + " bytes here";
    }

    private Answer recipient(String argument) throws SmtpException {
        if (sender == null) {
            throw new SmtpException("503 5.5.1 say MAIL first");
        }
        EnvelopePath path = EnvelopePath.parse(argument, "TO:");
        if (!path.parameters().isEmpty()) {
            throw new SmtpException("555 5.5.4 unknown parameter");
        }
        if (path.address().isEmpty()) {
            throw new SmtpException("501 5.1.3 nobody");
        }
        if (recipients.size() == MOST_RECIPIENTS) {
            throw new SmtpException("452 4.5.3 at most " + MOST_RECIPIENTS + " recipients");
        }
        recipients.add(path.address());
        return Answer.of("250 2.1.5 ok");
    }

    private Answer data(String argument) throws SmtpException {
        refuse(argument, "DATA");
        if (recipients.isEmpty()) {
            throw new SmtpException(sender == null ? "503 5.5.1 say MAIL first" : "554 5.5.1 no valid recipients");
        }
        return new Answer("354 end with a dot alone on its line", Answer.Next.CONTENT);
    }

    private Answer reset(String argument) throws SmtpException {
        refuse(argument, "RSET");
        forgetMail();
        return Answer.of("250 2.0.0 ok");
    }

    private static Answer quit(String argument) throws SmtpException {
        refuse(argument, "QUIT");
        return new Answer("221 2.0.0 bye", Answer.Next.END);
    }

    private static void refuse(String argument, String verb) throws SmtpException {
        if (!argument.isEmpty()) {
            throw new SmtpException("501 5.5.4 " + verb + " takes no argument");
        }
    }

    private void forgetMail() {
        sender = null;
        recipients.clear();
    }

    /**
     * Returns the mail after {@code DATA}, with its trace line (RFC 5321 section 4.4); the session is ready for the
     * next mail.
     *
     * @return null if the mail is too large; {@link #refusal} has the reply then
     */
    @Nullable
    Mail mail(MailContent content) {
        byte[] trace = trace().getBytes(US_ASCII);
        byte[] text = content.toByteArray();
        byte[] whole = new byte[trace.length + text.length];
        System.arraycopy(trace, 0, whole, 0, trace.length);
        System.arraycopy(text, 0, whole, trace.length, text.length);
        String from = sender == null ? "" : sender;
        refusals = 0;
        Mail mail = content.isTooLarge() ? null : new Mail(from, recipients, whole);
        forgetMail();
        return mail;
    }

    /** Returns the reply to a mail that is too large. */
    String refusal() {
        return tooLarge();
    }

    private String trace() {
        String protocol = (isExtended ? "ESMTP" : "SMTP") + (tls == null ? "" : "S (" + tls + ")");
        return "Received: from " + clientName + " (" + peer + ")\r\n\tby " + policy.name() + " with " + protocol
                + ";\r\n\t" + DATE.format(ZonedDateTime.now(ZoneOffset.UTC)) + "\r\n";
    }
}
