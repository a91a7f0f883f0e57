package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DialogueWire;
import dev.nettystreams.demos.ProxyHeader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SmtpDialogueTest {
    private static final int WHOLE = 1 << 20;
    private static final String GREETING = "220 test ESMTP netty-streams\r\n";
    private static final String ENVELOPE = "HELO client\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n";
    private static final String TAKEN_ENVELOPE = GREETING + "250 test\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n";
    private static final String GO = "354 end with a dot alone on its line\r\n";

    private static final String CONVERSATION =
            ENVELOPE + "DATA\r\nSubject: x\r\n\r\n..\r\n.a\r\n..b\r\n\r\n.\r\nNOOP\r\nQUIT\r\n";
    private static final String REPLIES = TAKEN_ENVELOPE + GO + "250 2.0.0 taken\r\n250 2.0.0 ok\r\n221 2.0.0 bye\r\n";

    private final List<Mail> mails = new ArrayList<>();
    private boolean isGoingDown;
    private ServerPolicy policy = new ServerPolicy("test", 100_000, false, false);

    private DialogueWire wire(int chunkBytes) {
        Delivery delivery = mail -> {
            mails.add(mail);
            return CompletableFuture.completedFuture(null);
        };
        return wire(chunkBytes, delivery);
    }

    private DialogueWire wire(int chunkBytes, Delivery delivery) {
        return new DialogueWire(
                chunkBytes,
                (reader, writer) -> new SmtpDialogue(
                        reader, writer, ProxyHeader.of(writer), policy, null, delivery, () -> isGoingDown));
    }

    /** Returns the text of a mail without the server's trace line. */
    private static String text(Mail mail) {
        String content = new String(mail.content(), ISO_8859_1);
        assertThat(content).startsWith("Received: from client (");
        return content.substring(content.indexOf("00\r\n") + 4);
    }

    @Test
    void conversation_splitAtEveryOffset_isTheSame() {
        for (int offset = 0; offset <= CONVERSATION.length(); offset++) {
            mails.clear();
            DialogueWire wire = wire(WHOLE);
            wire.send(CONVERSATION.substring(0, offset)).send(CONVERSATION.substring(offset));
            assertThat(wire.replies()).as("split at %d", offset).isEqualTo(REPLIES);
            assertThat(mails).singleElement().satisfies(mail -> {
                assertThat(mail.sender()).isEqualTo("a@b");
                assertThat(mail.recipients()).containsExactly("c@d");
                assertThat(text(mail)).isEqualTo("Subject: x\r\n\r\n.\r\na\r\n.b\r\n\r\n");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void conversation_inSmallChunks_isTheSame(int chunkBytes) {
        assertThat(wire(chunkBytes).send(CONVERSATION).replies()).isEqualTo(REPLIES);
    }

    /**
     * Only CR LF . CR LF ends a mail, whatever is between its lines, and no part of the mail is taken for a command.
     */
    @Test
    void noOtherEnd_thanCrLfDotCrLf() {
        for (String middle : allWords("\r\n.a", 6)) {
            mails.clear();
            String data = "x" + middle + "MAIL FROM:<smuggled@b>\r\n.\r\n";
            String replies = wire(WHOLE)
                    .send(ENVELOPE + "DATA\r\n")
                    .send(data + "QUIT\r\n")
                    .replies();
            boolean isStrict = !middle.replace("\r\n", "").matches("(?s).*[\r\n].*");
            int end = data.indexOf("\r\n.\r\n") + 2;
            if (!isStrict && !middle.contains("\r\n.\r\n")) {
                assertThat(replies).as(readable(middle)).isEqualTo(TAKEN_ENVELOPE + GO + bare(middle));
                assertThat(mails).as(readable(middle)).isEmpty();
            } else if (!middle.contains("\r\n.\r\n")) {
                assertThat(mails)
                        .as(readable(middle))
                        .singleElement()
                        .satisfies(mail -> assertThat(text(mail))
                                .isEqualTo(data.substring(0, end).replace("\r\n.", "\r\n")));
                assertThat(replies).endsWith("250 2.0.0 taken\r\n221 2.0.0 bye\r\n");
            }
        }
    }

    private static String bare(String middle) {
        String rest = middle.replace("\r\n", "--") + "M";
        int lf = rest.indexOf('\n');
        int cr = rest.indexOf('\r');
        boolean isLineFeed = cr < 0 || (lf >= 0 && lf < cr);
        return "521 5.5.2 a bare " + (isLineFeed ? "LF" : "CR") + ": lines end with CR LF\r\n";
    }

    private static String readable(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n");
    }

    private static List<String> allWords(String alphabet, int mostLength) {
        List<String> words = new ArrayList<>(List.of(""));
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).length() < mostLength) {
                for (int j = 0; j < alphabet.length(); j++) {
                    words.add(words.get(i) + alphabet.charAt(j));
                }
            }
        }
        return words;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL FROM:<a@b>|503 5.5.1 say EHLO first",
                "EHLO|501 5.5.4 expected a name or an [address]",
                "EHLO a b|501 5.5.4 expected a name or an [address]",
                "RCPT TO:<a@b>|503 5.5.1 say MAIL first",
                "DATA|503 5.5.1 say MAIL first",
                "STARTTLS|502 5.5.1 no certificate here",
                "AUTH PLAIN AGEAYg==|502 5.5.1 not here",
                "SUDO|500 5.5.2 unknown command",
                "vrfy a|252 2.1.5 send some mail, and see",
                "noop a b c|250 2.0.0 ok"
            })
    void command_beforeTheGreeting(String command, String reply) {
        assertThat(wire(WHOLE).send(command + "\r\n").replies()).isEqualTo(GREETING + reply + "\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL FROM:a@b|501 5.1.3 not an address",
                "MAIL TO:<a@b>|501 5.5.4 expected FROM:<address>",
                "MAIL FROM:<a@b|501 5.1.3 not an address",
                "MAIL FROM:<a b@c>|501 5.1.3 not an address",
                "MAIL FROM:<ü@c>|553 5.6.7 addresses are ASCII here",
                "MAIL FROM:<a@b> SIZE=100001|552 5.3.4 a mail has at most 100000 bytes here",
                "MAIL FROM:<a@b> SIZE=99999999999999999999|552 5.3.4 a mail has at most 100000 bytes here",
                "MAIL FROM:<a@b> SIZE=-1|501 5.5.4 SIZE is a number",
                "MAIL FROM:<a@b> SIZE=1 size=1|501 5.5.4 given twice: SIZE",
                "MAIL FROM:<a@b> BODY=BINARYMIME|501 5.5.4 BODY is 7BIT or 8BITMIME",
                "MAIL FROM:<a@b> SMTPUTF8|555 5.5.4 unknown parameter",
                "mail from: <a@b> size=100000 body=8bitmime|250 2.1.0 ok",
                "MAIL FROM:<>|250 2.1.0 ok",
                "MAIL FROM:<\"a b>\\\"\"@c>|250 2.1.0 ok",
                "MAIL FROM:<@x,@y:a@b>|250 2.1.0 ok"
            })
    void command_afterTheGreeting(String command, String reply) {
        assertThat(wire(WHOLE).send("HELO client\r\n" + command + "\r\n").replies())
                .isEqualTo(GREETING + "250 test\r\n" + reply + "\r\n");
    }

    @Test
    void longQuotedAddress_isLookedAtOnce() {
        String quoted = "\"" + "\\a".repeat(1000);
        assertThat(wire(WHOLE)
                        .send("HELO client\r\nMAIL FROM:<" + quoted + ">\r\n")
                        .replies())
                .endsWith("501 5.1.3 not an address\r\n");
    }

    @Test
    void ehlo_tellsWhatIsOffered() {
        policy = new ServerPolicy("test", 100_000, true, false);
        assertThat(wire(WHOLE).send("EHLO [127.0.0.1]\r\n").replies())
                .isEqualTo(GREETING
                        + "250-test\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n"
                        + "250-STARTTLS\r\n250 HELP\r\n");
    }

    @Test
    void requiredTls_goesBeforeEverythingElse() {
        policy = new ServerPolicy("test", 100_000, true, true);
        assertThat(wire(WHOLE)
                        .send("NOOP\r\nHELO c\r\nMAIL FROM:<a@b>\r\nDATA\r\nVRFY a\r\n")
                        .replies())
                .isEqualTo(GREETING + "250 2.0.0 ok\r\n" + "530 5.7.0 say STARTTLS first\r\n".repeat(4));
    }

    @Test
    void rset_forgetsTheMail() {
        assertThat(wire(WHOLE).send(ENVELOPE + "RSET\r\nDATA\r\n").replies())
                .isEqualTo(TAKEN_ENVELOPE + "250 2.0.0 ok\r\n503 5.5.1 say MAIL first\r\n");
    }

    @Test
    void mailThatIsTooLarge_isRefusedAfterItsEnd_andTheNextOneIsTaken() {
        String large = "DATA\r\n" + ("y".repeat(998) + "\r\n").repeat(101) + ".\r\n";
        String replies = wire(4096)
                .send(ENVELOPE + large + ENVELOPE + "DATA\r\nsmall\r\n.\r\n")
                .replies();
        assertThat(replies)
                .startsWith(TAKEN_ENVELOPE + GO + "552 5.3.4 a mail has at most 100000 bytes here\r\n")
                .endsWith("250 2.0.0 taken\r\n");
        assertThat(mails)
                .singleElement()
                .satisfies(mail -> assertThat(text(mail)).isEqualTo("small\r\n"));
    }

    @Test
    void endlessLines_endTheConversation() {
        DialogueWire commands = wire(4096).send("NOOP " + "x".repeat(5000));
        assertThat(commands.isOver()).isTrue();
        assertThat(commands.replies()).isEqualTo(GREETING + "500 5.5.2 a line has at most 2048 bytes\r\n");
        DialogueWire text = wire(4096).send(ENVELOPE + "DATA\r\n" + "x".repeat(70_000));
        assertThat(text.replies()).endsWith("500 5.5.2 a line has at most 65536 bytes\r\n");
        assertThat(mails).isEmpty();
    }

    /** A web page makes the browser post it; the server does not read the body. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1",
                "GET /",
                "get / http/1.1",
                "CONNECT a:25 HTTP/1.1",
                "PUT /x HTTP/1.0",
                "PRI * HTTP/2.0",
                "FOO / HTTP/1.1",
                "EHLO / HTTP/1.1",
                "Host: 127.0.0.1:2525",
                "User-Agent: Mozilla/5.0",
                "Content-Length:7",
                "{\"a\": 1}",
                "<html>",
                "------WebKitFormBoundary",
                "\u0016\u0003\u0001"
            })
    void lineOfAnotherProtocol_endsTheConversation(String line) {
        String attack = line + "\r\nHost: a\r\n\r\n" + ENVELOPE + "DATA\r\nhello\r\n.\r\nQUIT\r\n";
        for (boolean requiresTls : new boolean[] {false, true}) {
            policy = new ServerPolicy("test", 100_000, requiresTls, requiresTls);
            DialogueWire wire = wire(WHOLE).send(attack);
            assertThat(wire.isOver()).isTrue();
            assertThat(wire.replies())
                    .isEqualTo(GREETING + "521 5.7.0 this is SMTP; no mail is taken from other protocols\r\n");
            assertThat(mails).isEmpty();
        }
    }

    @Test
    void commandsWithoutArguments_takeNone() {
        assertThat(wire(WHOLE)
                        .send(ENVELOPE + "RSET now\r\nQUIT please\r\nDATA 5\r\nSTARTTLS x\r\nRSET \r\nQUIT\r\n")
                        .replies())
                .isEqualTo(TAKEN_ENVELOPE + "501 5.5.4 RSET takes no argument\r\n501 5.5.4 QUIT takes no argument\r\n"
                        + "501 5.5.4 DATA takes no argument\r\n501 5.5.4 STARTTLS takes no argument\r\n"
                        + "250 2.0.0 ok\r\n221 2.0.0 bye\r\n");
    }

    @Test
    void twentyErrors_areEnough() {
        String replies = wire(WHOLE).send("SUDO make\r\n".repeat(30)).replies();
        assertThat(replies)
                .isEqualTo(GREETING + "500 5.5.2 unknown command\r\n".repeat(19) + "421 4.7.0 too many errors\r\n");
    }

    @Test
    void recipients_areCounted_andTheRestSentLater() {
        String many = "RCPT TO:<c@d>\r\n".repeat(150);
        assertThat(wire(WHOLE)
                        .send("HELO client\r\nMAIL FROM:<>\r\n" + many + "DATA\r\n.\r\n")
                        .replies())
                .endsWith("250 2.1.5 ok\r\n" + "452 4.5.3 at most 100 recipients\r\n".repeat(50) + GO
                        + "250 2.0.0 taken\r\n");
        assertThat(mails)
                .singleElement()
                .satisfies(mail -> assertThat(mail.recipients()).hasSize(100));
    }

    @Test
    void mailThatIsNotSafe_isNotTaken_andTheConversationGoesOn() {
        Delivery full = mail -> CompletableFuture.failedFuture(new IOException("disk full (in a test)"));
        assertThat(wire(WHOLE, full).send(CONVERSATION).replies())
                .endsWith("451 4.3.0 it could not be stored; later, perhaps\r\n250 2.0.0 ok\r\n221 2.0.0 bye\r\n");
    }

    @Test
    void replyToAMail_waitsUntilItIsSafe() {
        CompletableFuture<Void> safe = new CompletableFuture<>();
        DialogueWire wire = wire(WHOLE, mail -> safe).send(CONVERSATION);
        assertThat(wire.isOver()).isFalse();
        safe.complete(null);
        wire.send("");
        assertThat(wire.isOver()).isTrue();
        assertThat(wire.replies()).isEqualTo(REPLIES);
    }

    @Test
    void serverThatGoesDown_saysSo_betweenCommands_andWithinAMail() {
        isGoingDown = true;
        assertThat(wire(WHOLE).replies()).isEqualTo(GREETING + "421 4.3.2 going down\r\n");
        assertThat(wire(WHOLE).send(ENVELOPE + "DATA\r\nhalf\r\n.\r").replies())
                .isEqualTo(TAKEN_ENVELOPE + GO + "421 4.3.2 going down\r\n");
        assertThat(mails).isEmpty();
    }

    @Test
    void halfAMail_isNone() {
        DialogueWire wire = wire(WHOLE).send(ENVELOPE + "DATA\r\nhalf\r\n.\r");
        assertThat(wire.replies()).isEqualTo(TAKEN_ENVELOPE + GO);
        assertThat(mails).isEmpty();
        assertThat(wire.reported()).isEmpty();
    }
}
