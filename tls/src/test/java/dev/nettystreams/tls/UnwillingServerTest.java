package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.LineEnding;
import dev.nettystreams.PlaintextInjectionException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ST-06: servers, or attackers on the path, that avoid TLS, and a correct IMAP client: it asks the streams whether
 * there is TLS, sends no secret until there is, and shows its user nothing that came before.
 */
@ExtendWith(NoLeaks.class)
class UnwillingServerTest {
    private static final String STARTTLS = "a STARTTLS\r\n";
    private static final String LOGIN = "b LOGIN user secret\r\n";

    /**
     * The greeting of a server, and its answer to the request for TLS; it closes the connection after the last one if
     * that is empty.
     */
    private record Script(String greeting, String answer) {
        static final List<Script> UNWILLING = List.of(
                new Script("* PREAUTH [CAPABILITY IMAP4rev1] you are logged in\r\n", ""),
                new Script("* BYE [REFERRAL imap://evil.example/] over there\r\n", ""),
                new Script("* BYE [ALERT] call this number\r\n", ""),
                new Script("* NO not today\r\n", ""),
                new Script("", ""),
                new Script("* OK hel", ""),
                new Script("* OK hello\n", ""),
                new Script("* OK hello\r\n", ""),
                new Script("* OK hello\r\n", "a NO [REFERRAL imap://evil.example/] over there\r\n"),
                new Script("* OK hello\r\n", "a BAD what is that?\r\n"),
                new Script("* OK hello\r\n", "+ go on\r\n"),
                new Script("* OK hello\r\n", "* BYE [ALERT] call this number\r\n"),
                new Script("* OK hello\r\n", "* PREAUTH you are logged in\r\n"),
                new Script("* OK hello\r\n", "other OK begin\r\n"),
                new Script("* OK hello\r\n", "a OK begin\n"),
                new Script("* OK hello\r\n", "454 TLS not available\r\n"));

        void play(StreamConnection server) throws Exception {
            server.writer().write(greeting.getBytes(US_ASCII));
            if (!answer.isEmpty()) {
                get(server.reader().readLine());
                server.writer().write(answer.getBytes(US_ASCII));
            }
            server.writer().writeEof();
        }
    }

    private static String line(StreamReader reader) throws Exception {
        return new String(get(reader.readLine(LineEnding.CRLF)), US_ASCII);
    }

    /** In plaintext, no fact of the connection looks like TLS. */
    private static void assertInClear(StreamConnection connection) {
        assertThat(connection.writer().tlsSession()).isNull();
        for (String name : new String[] {"cipher", "peercert", "ssl_object"}) {
            assertThat(connection.writer().getExtraInfo(name)).as(name).isNull();
        }
    }

    /** The client: gives up at every answer other than the expected one. */
    private static void logIn(StreamConnection connection, TlsClient tls) throws Exception {
        String greeting = line(connection.reader());
        if (!greeting.startsWith("* OK ")) {
            throw new ProtocolException(greeting);
        }
        connection.writer().write(STARTTLS.getBytes(US_ASCII));
        String answer = line(connection.reader());
        if (!answer.startsWith("a OK ")) {
            throw new ProtocolException(answer);
        }
        assertInClear(connection);
        get(connection.writer().startTls(tls));
        if (connection.writer().tlsSession() == null) {
            throw new ProtocolException("no TLS");
        }
        connection.writer().write(LOGIN.getBytes(US_ASCII));
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void serverThatRefusesTls_getsNoLogin(TlsWire wire) throws Exception {
        TlsClient tls = wire.client().upgrade("localhost");
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            for (Script script : Script.UNWILLING) {
                Wire.Pair pair = wire.pair(streams);
                Thread server = new Thread(() -> {
                    try {
                        script.play(pair.server());
                    } catch (Exception e) {
                        // the client has closed before
                    }
                });
                server.start();
                assertThatThrownBy(() -> logIn(pair.client(), tls))
                        .as("%s", script)
                        .isInstanceOfAny(ProtocolException.class, ExecutionException.class);
                assertInClear(pair.client());
                pair.client().close();
                server.join();
                byte[] rest = get(pair.server().reader().read(-1).exceptionally(lost -> new byte[0]));
                assertThat(rest).asString(US_ASCII).isIn("", STARTTLS);
                pair.server().abort();
            }
        }
    }

    static Stream<String> behindTheGoAhead() {
        return Stream.of("* PREAUTH you are logged in\r\n", "* BYE\r\n", "* OK [ALERT] call this number\r\n", "*");
    }

    @ParameterizedTest
    @MethodSource("behindTheGoAhead")
    void whatComesBehindTheGoAhead_isNeverShown(String injected) throws Exception {
        for (TlsWire wire : TlsWire.perEngine().toList()) {
            try (EndByHand end = new EndByHand()) {
                end.receive(("* OK hello\r\na OK begin\r\n" + injected).getBytes(US_ASCII));
                assertThat(line(end.connection.reader())).isEqualTo("* OK hello\r\n");
                assertThat(line(end.connection.reader())).isEqualTo("a OK begin\r\n");
                var upgrade = end.connection
                        .writer()
                        .startTls(EndByHand.ready(wire.client().upgrade("localhost")));
                end.advance(Duration.ZERO);
                assertThat(failureOf(upgrade)).isInstanceOf(PlaintextInjectionException.class);
                assertInClear(end.connection);
                assertThat(end.sent()).isEmpty();
            }
        }
    }

    /** The control: the same client, and a server that does start TLS. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#all")
    void serverThatStartsTls_getsTheLogin_andIsVerified(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            StreamConnection server = pair.server();
            server.writer().write("* OK hello\r\n".getBytes(US_ASCII));
            var secured = server.reader()
                    .readLine()
                    .thenCompose(line -> server.writer().startTls(wire.server(), "a OK begin\r\n".getBytes(US_ASCII)));
            logIn(pair.client(), wire.client().upgrade("localhost"));
            get(secured);
            assertThat(line(server.reader())).isEqualTo(LOGIN);
            assertThat(pair.client().writer().tlsSession().peerCertificates())
                    .contains(Certificates.LOCALHOST.getCertificate());
            assertThat(pair.client().writer().getExtraInfo("peercert"))
                    .isEqualTo(Certificates.LOCALHOST.getCertificate());
            pair.close();
        }
    }
}
