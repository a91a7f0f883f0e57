package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.demos.DemoProcess;
import dev.nettystreams.demos.DemoServer;
import dev.nettystreams.demos.Finished;
import dev.nettystreams.demos.Main;
import dev.nettystreams.demos.Programs;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** The mail server with foreign clients, and the client with a foreign server. */
@Timeout(60)
class SmtpPeersTest {
    private static final String MAIL = "Subject: test\n\n.a dot\nüber\n";

    private static final String PYTHON_CLIENT = """
            import smtplib, ssl, sys
            with smtplib.SMTP('localhost', int(sys.argv[1])) as client:
                client.starttls(context=ssl.create_default_context(cafile=sys.argv[2]))
                client.sendmail('a@b', ['c@d', 'e@f'], b'Subject: python\\r\\n\\r\\n.a dot\\r\\n')
            """;

    @TempDir
    static Path directory;

    private static DemoCertificates certificates;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = DemoCertificates.in(directory);
    }

    /** Starts a server that accepts no mail in plaintext and stores mail. */
    private static DemoServer server(Path maildir, String... options) throws Exception {
        List<String> command = List.of(
                "smtp-server",
                "--port",
                "0",
                "--tls-cert",
                certificates.chain(),
                "--tls-key",
                certificates.key(),
                "--require-tls",
                "--store",
                maildir.toString());
        return DemoServer.demo(
                Stream.concat(command.stream(), Stream.of(options)).toArray(String[]::new));
    }

    private static String onlyMail(Path maildir) throws Exception {
        try (Stream<Path> mails = Files.list(maildir.resolve("new"))) {
            return Files.readString(mails.toList().get(0), ISO_8859_1);
        }
    }

    private static void assertEndsWell(DemoServer server) throws Exception {
        assertThat(server.terminate()).isZero();
        assertThat(server.errors()).isEmpty();
    }

    @Test
    void python_sendsAMail(@TempDir Path maildir) throws Exception {
        Programs.require("python3");
        try (DemoServer server = server(maildir)) {
            String port = Integer.toString(server.listeningPort());
            Finished python =
                    Finished.run(new byte[0], List.of("python3", "-c", PYTHON_CLIENT, port, certificates.root()));
            assertThat(python.err()).isEmpty();
            assertThat(onlyMail(maildir))
                    .startsWith("Return-Path: <a@b>\nDelivered-To: c@d, e@f\nReceived: from ")
                    .contains(" with ESMTPS (TLSv1.3);\n")
                    .endsWith("\nSubject: python\n\n.a dot\n");
            assertEndsWell(server);
        }
    }

    @Test
    void curl_sendsAMail(@TempDir Path maildir) throws Exception {
        Programs.require("curl");
        Path file = Files.writeString(directory.resolve("curl"), MAIL.replace("\n", "\r\n"), ISO_8859_1);
        try (DemoServer server = server(maildir, "--smtps")) {
            String url = "smtps://localhost:" + server.listeningPort();
            List<String> options = List.of("--mail-from", "a@b", "--mail-rcpt", "c@d", "-T", file.toString());
            Finished curl = Finished.run(
                    new byte[0],
                    Stream.concat(Stream.of("curl", "-sS", "--cacert", certificates.root(), url), options.stream())
                            .toList());
            assertThat(curl.err()).isEmpty();
            assertThat(curl.status()).isZero();
            assertThat(onlyMail(maildir)).endsWith(MAIL);
            assertEndsWell(server);
        }
    }

    @Test
    void swaks_sendsAMail(@TempDir Path maildir) throws Exception {
        Programs.require("swaks", "perl");
        boolean hasTls = Finished.run(new byte[0], List.of("perl", "-MNet::SSLeay", "-e", "1"))
                        .status()
                == 0;
        if (!hasTls) {
            System.out.println("skipped: swaks has no TLS on this machine, for there is no Net::SSLeay");
        }
        assumeTrue(hasTls, "Net::SSLeay is not on this machine");
        try (DemoServer server = server(maildir)) {
            String address = "localhost:" + server.listeningPort();
            Finished swaks = Finished.run(
                    new byte[0], List.of("swaks", "--server", address, "--tls", "--from", "a@b", "--to", "c@d"));
            assertThat(swaks.status()).as(swaks.text()).isZero();
            assertThat(onlyMail(maildir)).contains("This is a test mailing\n");
            assertEndsWell(server);
        }
    }

    @Test
    void openssl_isSecured(@TempDir Path maildir) throws Exception {
        Programs.require("openssl");
        try (DemoServer server = server(maildir)) {
            String address = "localhost:" + server.listeningPort();
            List<String> command =
                    List.of("openssl", "s_client", "-starttls", "smtp", "-quiet", "-crlf", "-connect", address);
            Finished openssl = Finished.run("MAIL FROM:<a@b>\nEHLO client\nQUIT\n".getBytes(US_ASCII), command);
            assertThat(openssl.text().lines())
                    .startsWith("503 5.5.1 say EHLO first", "250-localhost") // the plaintext of openssl is forgotten
                    .doesNotContain("250-STARTTLS")
                    .endsWith("250 HELP", "221 2.0.0 bye");
            assertEndsWell(server);
        }
    }

    /** The attack of 2011: plaintext commands after STARTTLS, executed after the handshake. Here they fail it. */
    @ParameterizedTest
    @ValueSource(strings = {"NOOP\r\n", "RSET\r\n", "\r\n", "E"})
    void wordsBehindStartTls_endIt(String injected, @TempDir Path maildir) throws Exception {
        try (DemoServer server = server(maildir);
                Socket attacker = DemoProcess.connect(server.listeningPort())) {
            attacker.getOutputStream().write(("EHLO x\r\nSTARTTLS\r\n" + injected).getBytes(US_ASCII));
            StringBuilder inClear = new StringBuilder();
            while (inClear.indexOf("go ahead\r\n") < 0) {
                inClear.append((char) attacker.getInputStream().read());
            }
            attacker.shutdownOutput();
            assertThat(inClear).endsWith("250 HELP\r\n220 2.0.0 go ahead\r\n");
            assertThat(new String(readToItsEnd(attacker), ISO_8859_1)).doesNotContain("250", "500", "530");
            assertThat(server.terminate()).isZero();
        }
    }

    private static byte[] readToItsEnd(Socket socket) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int next;
            while ((next = socket.getInputStream().read()) >= 0) {
                bytes.write(next);
            }
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset"); // counts as an end
        }
        return bytes.toByteArray();
    }

    @Test
    void ourClient_sendsAMailToOurServer_overAUnixSocket(@TempDir Path maildir) throws Exception {
        String path = directory.resolve("smtp").toString();
        try (DemoServer server = DemoServer.demo(
                "smtp-server",
                "--unix",
                path,
                "--tls-cert",
                certificates.chain(),
                "--tls-key",
                certificates.key(),
                "--store",
                maildir.toString())) {
            assertThat(send("--unix", path, "--ca", certificates.root()))
                    .as("%s", err)
                    .isZero();
            assertThat(onlyMail(maildir))
                    .endsWith(new String(MAIL.getBytes(UTF_8), ISO_8859_1))
                    .contains("TLSv1.3");
            assertEndsWell(server);
        }
    }

    private int send(String... options) throws Exception {
        Path file = Files.writeString(directory.resolve("mail"), MAIL, UTF_8);
        return Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(Stream.concat(
                                Stream.of("smtp-send", file.toString(), "--from", "a@b", "--to", "c@d"),
                                Stream.of(options))
                        .toArray(String[]::new));
    }

    @Test
    void ourClient_logsInAndSendsAMail_toSubEtha() throws Exception {
        BlockingQueue<String> mails = new LinkedBlockingQueue<>();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificates.localhost().toKeyManagerFactory().getKeyManagers(), null, null);
        SMTPServer server = new SMTPServer.Builder()
                .bindAddress(InetAddress.getLoopbackAddress())
                .port(0)
                .enableTLS()
                .requireTLS()
                .requireAuth()
                .startTlsSocketFactory(context)
                .authenticationHandlerFactory(new EasyAuthenticationHandlerFactory((user, password, session) -> {
                    if (!user.equals("me") || !password.equals("pässword")) {
                        throw new LoginFailedException("wrong (in a test)");
                    }
                }))
                .messageHandler((session, from, to, data) -> mails.add(from + to + new String(data, UTF_8)))
                .build();
        server.start();
        try {
            String port = Integer.toString(server.getPortAllocated());
            String[] options = {
                "--host", "localhost", "--port", port, "--ca", certificates.root(), "--user", "me", "--password", ""
            };
            options[options.length - 1] = "wrong";
            assertThat(send(options)).isEqualTo(1);
            assertThat(err.toString()).contains("the server refuses the user or the password: 535");
            options[options.length - 1] = "pässword";
            assertThat(send(options)).as("%s", err).isZero();
            assertThat(mails.poll(20, TimeUnit.SECONDS))
                    .startsWith("a@bc@dReceived: ")
                    .endsWith(MAIL.replace("\n", "\r\n"));
            assertThat(out.toString()).startsWith("TLSv1.3: 250 ");
        } finally {
            server.stop();
        }
    }
}
