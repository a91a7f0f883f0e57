package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.Main;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that misbehave. */
@Timeout(30)
class SmtpSendTest {
    private static final String GREETING = "220 test ESMTP\r\n";
    private static final String OFFERS = "250-test\r\n250-STARTTLS\r\n250 SIZE 1000\r\n";

    @TempDir
    static Path directory;

    private static String root;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeCertificates() throws Exception {
        root = DemoCertificates.in(directory).root();
    }

    /**
     * Sends a mail to a server that answers each command with the next reply, and returns the text that the server has
     * read.
     */
    private String send(List<String> replies, String... options) throws Exception {
        return send("Subject: x\n\nsecret\n", replies, options);
    }

    private String send(String mail, List<String> replies, String... options) throws Exception {
        Path file = Files.writeString(directory.resolve("mail"), mail, UTF_8);
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> answer(listener, replies));
            List<String> command = new ArrayList<>(List.of("smtp-send", "--host", "localhost", "--ca", root));
            command.addAll(List.of("--port", Integer.toString(listener.getLocalPort())));
            command.addAll(List.of("--from", "a@b", "--to", "c@d"));
            command.addAll(Arrays.asList(options));
            command.add(file.toString());
            int status = Main.commandLine()
                    .setOut(new PrintWriter(out))
                    .setErr(new PrintWriter(err))
                    .execute(command.toArray(new String[0]));
            assertThat(status).as(err.toString()).isEqualTo(err.toString().isEmpty() ? 0 : 1);
            return heard.get();
        }
    }

    /** The last reply is followed by the end of output. */
    private static String answer(ServerSocket listener, List<String> replies) {
        StringBuilder heard = new StringBuilder();
        try (Socket peer = listener.accept()) {
            InputStream in = peer.getInputStream();
            OutputStream output = peer.getOutputStream();
            for (int i = 0; i < replies.size(); i++) {
                String end = i == 0 ? "" : endOfAnswerTo(replies.get(i - 1));
                int from = heard.length();
                while (i > 0 && (heard.length() == from || !heard.toString().endsWith(end))) {
                    int next = in.read();
                    if (next < 0) {
                        return heard.toString();
                    }
                    heard.append((char) next);
                }
                output.write(replies.get(i).getBytes(ISO_8859_1));
            }
            peer.shutdownOutput();
            return heard.append(new String(in.readAllBytes(), ISO_8859_1)).toString();
        } catch (java.io.IOException e) {
            return heard.toString(); // a reset counts as an end
        }
    }

    private static String endOfAnswerTo(String reply) {
        return reply.startsWith("3") ? "\r\n.\r\n" : reply.startsWith("220 go") ? "" : "\r\n";
    }

    private void assertOneLine(String part) {
        assertThat(err.toString().lines()).singleElement().asString().contains(part);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void serverWithoutTls_isRefused() throws Exception {
        assertThat(send(List.of(GREETING, "250 test\r\n", "250 ok\r\n"))).isEqualTo("EHLO [127.0.0.1]\r\n");
        assertOneLine("the server does not offer TLS");
    }

    @ParameterizedTest
    @ValueSource(strings = {"454 not now", "502 what", "503 bad", "354 go", "250 what now"})
    void serverThatTakesItsOfferBack_isRefused(String reply) throws Exception {
        String heard = send(List.of(GREETING, OFFERS, reply + "\r\n", "250 ok\r\n"));
        assertThat(heard).startsWith("EHLO [127.0.0.1]\r\nSTARTTLS\r\n").doesNotContain("MAIL");
        assertThat(err.toString().lines()).hasSize(1);
    }

    /** The client trusts none of it, and sends nothing in plaintext. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "250-injected\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
                "2",
                "\r\n",
                "\26\3\3\0\2\2\50",
            })
    void wordsBehindTheGoAhead_endIt(String injected) throws Exception {
        String heard = send(List.of(GREETING, OFFERS, "220 go\r\n" + injected), "--user", "u", "--password", "p");
        assertThat(heard).isEqualTo("EHLO [127.0.0.1]\r\nSTARTTLS\r\n");
        assertOneLine("");
    }

    @Test
    void plaintextInsteadOfAHandshake_endsIt() throws Exception {
        String heard =
                send(List.of(GREETING, OFFERS, "220 go\r\n", "250-test\r\n250 AUTH PLAIN\r\n"), "--allow-plaintext");
        assertThat(heard).startsWith("EHLO [127.0.0.1]\r\nSTARTTLS\r\n\26\3").doesNotContain("MAIL");
        assertThat(err.toString().lines()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "554 go away|the server refuses the connection: 554 go away",
                "220-a\\r\\n221 b|not an SMTP reply",
                "HTTP/1.1 400 Bad Request|not an SMTP reply: HTTP/1.1 400",
                "220 a\\n|the peer sent a bare LF",
                "22|ended",
                "220-a|the server ended the connection"
            })
    void wrongGreeting_isOneLine(String greeting, String message) throws Exception {
        String wire = greeting.replace("\\r", "\r").replace("\\n", "\n") + (greeting.equals("22") ? "" : "\r\n");
        assertThat(send(List.of(wire))).isEqualTo(greeting.startsWith("554") ? "QUIT\r\n" : "");
        assertOneLine(message);
    }

    @Test
    void replyLongerThanAnything_isOneLine() throws Exception {
        send(List.of("220-more\r\n".repeat(1000)));
        assertOneLine("more than 128 lines");
        err.getBuffer().setLength(0);
        send(List.of("220 " + "x".repeat(100_000)));
        assertThat(err.toString().lines()).hasSize(1);
    }

    @Test
    void terminalsAreNotPlayedTricksOn() throws Exception {
        send(List.of("554 \33[2J\302\2335m\7\r\n"));
        assertThat(err.toString().replace("\n", ""))
                .isPrintable()
                .doesNotContain("\33", "\233")
                .contains("?[2J?5m?");
    }

    @Test
    void inClear_ifToldTo_dotsAreDoubled() throws Exception {
        String mail = ".\n..\r\nüber\n.last";
        List<String> ok = List.of(
                GREETING,
                "250-test\r\n250-SIZE 25\r\n250 8bitmime\r\n",
                "250 a\r\n",
                "250 b\r\n",
                "354 c\r\n",
                "250 taken\r\n");
        List<String> replies = new ArrayList<>(ok);
        replies.add("221 bye\r\n");
        assertThat(send(mail, replies, "--allow-plaintext"))
                .isEqualTo("EHLO [127.0.0.1]\r\nMAIL FROM:<a@b> SIZE=21 BODY=8BITMIME\r\nRCPT TO:<c@d>\r\nDATA\r\n"
                        + "..\r\n...\r\n" + new String("über".getBytes(UTF_8), ISO_8859_1)
                        + "\r\n..last\r\n.\r\nQUIT\r\n");
        assertThat(out.toString()).isEqualTo("in clear: 250 taken\n");
    }

    /** The mail was accepted: a client that sent it again would deliver it twice. */
    @ParameterizedTest
    @ValueSource(strings = {"421 bye\r\n", "", "nonsense"})
    void hastyGoodbyes_areNoFailure(String goodbye) throws Exception {
        List<String> replies =
                List.of(GREETING, "250 t\r\n", "250 a\r\n", "250 b\r\n", "354 c\r\n", "250 taken\r\n", goodbye);
        send(replies, "--allow-plaintext");
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo("in clear: 250 taken\n");
    }

    @Test
    void passwords_areNotSentInClear() throws Exception {
        String heard = send(
                List.of(GREETING, "250-test\r\n250 AUTH PLAIN\r\n", "235 ok\r\n"),
                "--allow-plaintext",
                "--user",
                "u",
                "--password",
                "p");
        assertThat(heard).isEqualTo("EHLO [127.0.0.1]\r\n");
        assertOneLine("a password is not sent in clear");
    }

    @Test
    void mailThatTheServerCannotTake_isNotSent() throws Exception {
        List<String> replies = List.of(GREETING, "250-test\r\n250 SIZE 5\r\n", "250 ok\r\n");
        assertThat(send("too long", replies, "--allow-plaintext")).isEqualTo("EHLO [127.0.0.1]\r\n");
        assertOneLine("the mail has 10 bytes; the server takes 5");
        err.getBuffer().setLength(0);
        assertThat(send("ü", replies, "--allow-plaintext")).isEqualTo("EHLO [127.0.0.1]\r\n");
        assertOneLine("bytes above 127");
    }

    @Test
    void carriageReturnAlone_isNotSent() throws Exception {
        Path file = Files.writeString(directory.resolve("bare"), "a\n\r.\rb");
        int status = Main.commandLine()
                .setErr(new PrintWriter(err))
                .execute("smtp-send", "--port", "1", "--from", "a@b", "--to", "c@d", file.toString());
        assertThat(status).isEqualTo(1);
        assertOneLine("the mail has a CR without a LF: byte 2");
    }

    @Test
    void refusedRecipient_isNamed_andNothingIsSent() throws Exception {
        String heard = send(List.of(GREETING, "250 t\r\n", "250 a\r\n", "550 no such user\r\n"), "--allow-plaintext");
        assertThat(heard).endsWith("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nQUIT\r\n");
        assertOneLine("the server refuses the recipient c@d: 550 no such user");
    }

    /** The server would take it for the rest of the mail. */
    @Test
    void goodbye_isNotSaid_whereMoreIsDue() throws Exception {
        String heard = send(List.of(GREETING, "250 t\r\n", "354 a\r\n"), "--allow-plaintext");
        assertThat(heard).endsWith("MAIL FROM:<a@b>\r\n");
        assertOneLine("the server refuses the sender: 354 a");
    }

    /** Any code that starts with 2 means success (RFC 5321 section 4.3.2): sent again, the mail would arrive twice. */
    @ParameterizedTest
    @CsvSource({
        "221, 250, 250, 250, 354, 250",
        "220, 251, 250, 250, 354, 250",
        "220, 250, 299, 250, 354, 250",
        "220, 250, 250, 251, 354, 250",
        "220, 250, 250, 252, 354, 250",
        "220, 250, 250, 254, 354, 250",
        "220, 250, 250, 250, 355, 250",
        "220, 250, 250, 250, 354, 251",
        "220, 250, 250, 250, 354, 200"
    })
    void replies_countByTheirFirstDigit(
            String greeting, String hello, String sender, String recipient, String data, String end) throws Exception {
        List<String> codes = List.of(greeting, hello, sender, recipient, data, end, "221");
        String heard = send(codes.stream().map(code -> code + " x\r\n").toList(), "--allow-plaintext");
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo("in clear: " + end + " x\n");
        assertThat(heard).endsWith("secret\r\n.\r\nQUIT\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "354, , , , , the connection",
        "220, 354, , , , EHLO",
        "220, 250, 354, , , the sender",
        "220, 250, 250, 354, , the recipient c@d",
        "220, 250, 250, 450, , the recipient c@d",
        "220, 250, 250, 250, 250, DATA",
        "220, 250, 250, 250, 454, DATA"
    })
    void otherFirstDigits_areRefusals(
            String greeting, String hello, String sender, String recipient, String data, String what) throws Exception {
        List<String> replies = Stream.of(greeting, hello, sender, recipient, data)
                .filter(Objects::nonNull)
                .map(code -> code + " x\r\n")
                .toList();
        assertThat(send(replies, "--allow-plaintext")).doesNotContain("secret");
        assertOneLine("the server refuses " + what + ": ");
    }
}
