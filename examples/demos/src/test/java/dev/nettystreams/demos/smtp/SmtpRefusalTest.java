package dev.nettystreams.demos.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.demos.CommandResult;
import dev.nettystreams.demos.DemoCertificates;
import dev.nettystreams.netty.IoBackend;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that refuse a mail before they have received all of it. */
@Timeout(60)
class SmtpRefusalTest {
    private static final String NO = "552 5.3.4 too big";
    private static final int MAIL_BYTES = 32 << 20;

    @TempDir
    static Path directory;

    private static DemoCertificates certificates;
    private static String mail;

    /** For servers that stay without reading until the client has ended. */
    private final CountDownLatch clientIsOver = new CountDownLatch(1);

    @BeforeAll
    static void makeCertificatesAndMail() throws Exception {
        certificates = DemoCertificates.in(directory);
        byte[] text = ("x".repeat(998) + "\n").repeat(MAIL_BYTES / 999).getBytes(ISO_8859_1);
        mail = Files.write(directory.resolve("mail"), text).toString();
    }

    static List<Arguments> ways() {
        List<Arguments> ways = new ArrayList<>();
        for (IoBackend backend : IoBackend.available()) {
            for (boolean isSecured : new boolean[] {false, true}) {
                ways.add(Arguments.of(backend.name().toLowerCase(Locale.ROOT), isSecured));
            }
        }
        return ways;
    }

    /** The behaviour of the server, from its go-ahead on. */
    @FunctionalInterface
    private interface Part {
        void play(Socket client) throws Exception;
    }

    private static ServerSocket listener(boolean isSecured) throws Exception {
        if (!isSecured) {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(certificates.localhost().toKeyManagerFactory().getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private CommandResult send(String backend, boolean isSecured, Part part) throws Exception {
        try (ServerSocket listener = listener(isSecured)) {
            CompletableFuture<Void> played = CompletableFuture.runAsync(() -> play(listener, part));
            List<String> command = new ArrayList<>(List.of("smtp-send", "--host", "localhost", "--backend", backend));
            command.addAll(List.of("--port", Integer.toString(listener.getLocalPort())));
            command.addAll(List.of("--from", "a@b", "--to", "c@d", mail));
            command.addAll(isSecured ? List.of("--smtps", "--ca", certificates.root()) : List.of("--allow-plaintext"));
            CommandResult client = CommandResult.ofDemo(command.toArray(String[]::new));
            clientIsOver.countDown();
            assertThat(played).succeedsWithin(Duration.ofSeconds(20));
            return client;
        }
    }

    private static void play(ServerSocket listener, Part part) {
        try (Socket client = listener.accept()) {
            client.setSoTimeout(20_000);
            say(client, "220 x");
            for (String reply : List.of("250 x", "250 x", "250 x", "354 x")) {
                hearLine(client.getInputStream());
                say(client, reply);
            }
            part.play(client);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(ISO_8859_1));
    }

    private static void hearLine(InputStream in) throws IOException {
        int next;
        do {
            next = in.read();
        } while (next >= 0 && next != '\n');
    }

    private static void assertRefused(CommandResult client, String reason) {
        assertThat(client.err()).isEqualTo("netty-streams-demos: " + reason + "\n");
        assertThat(client.out()).isEmpty();
        assertThat(client.status()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void refusal_andAReset_isReported_notTheReset(String backend, boolean isSecured) throws Exception {
        CommandResult client = send(backend, isSecured, server -> {
            server.getInputStream().readNBytes(300_000);
            say(server, NO); // and close, with bytes unread
        });
        assertRefused(client, "the server refuses the mail: " + NO);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void refusal_ofAServerThatReadsNoMore_isReportedAtOnce(String backend, boolean isSecured) throws Exception {
        CommandResult client = send(backend, isSecured, server -> {
            say(server, NO);
            assertThat(clientIsOver.await(20, TimeUnit.SECONDS)).isTrue();
        });
        assertRefused(client, "the server refuses the mail: " + NO);
    }

    @Test
    void refusalInSeveralLines_isReadToItsEnd() throws Exception {
        CommandResult client = send("nio", false, server -> {
            for (byte each : "552-5.3.4 too\r\n552 5.3.4 big\r\n".getBytes(ISO_8859_1)) {
                server.getOutputStream().write(each);
            }
            assertThat(clientIsOver.await(20, TimeUnit.SECONDS)).isTrue();
        });
        assertRefused(client, "the server refuses the mail: 552 5.3.4 too / 5.3.4 big");
    }

    @Test
    void consent_toHalfAMail_isNone() throws Exception {
        CommandResult client = send("nio", false, server -> {
            say(server, "250 taken");
            assertThat(clientIsOver.await(20, TimeUnit.SECONDS)).isTrue();
        });
        assertRefused(client, "the server answered before the end of the mail: 250 taken");
    }

    @Test
    void end_withoutAWord_isAnEnd() throws Exception {
        CommandResult client = send("nio", false, server -> {
            server.getInputStream().readNBytes(1000);
            server.setSoLinger(true, 0);
        });
        assertThat(client.err().lines()).singleElement().asString().contains("connection lost");
        assertThat(client.status()).isEqualTo(1);
    }
}
