package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.nettystreams.LineEnding;
import dev.nettystreams.PlaintextInjectionException;
import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.support.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ST-01, ST-02, ST-03, ST-09, cut at every offset: the attacks of {@link StartTlsBorderTest}, which runs over sockets
 * and leaves the segments to the system, with pieces that the test chooses.
 */
@ExtendWith(NoLeaks.class)
class BorderByHandTest {
    private static final byte[] STARTTLS = "STARTTLS\r\n".getBytes(US_ASCII);
    private static final byte[] GO = "220 go\r\n".getBytes(US_ASCII);
    private static final byte[] EVIL = "NOOP evil\r\n".getBytes(US_ASCII);

    /** The start of a handshake record, with the usual version, up to its length. */
    private static final byte[] SERVER_HELLO = {22, 3, 3};

    /** Records that look like TLS but do not start a handshake. */
    private static final byte[][] RECORDS = {
        {23, 3, 3, 0, 5, 'e', 'v', 'i', 'l', '\n'}, // application data
        {21, 3, 3, 0, 2, 2, 40}, // a fatal alert
        {22, 3, 3, 0, 4, 99, 0, 0, 0}, // not a handshake message
        {22, 3, 3, (byte) 0xff, (byte) 0xff, 1, 0, 0, 0}, // longer than the maximum record
        {'e', 'v', 'i', 'l'}, // shorter than a record's header
        {22}
    };

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Reads a line, then calls startTls. */
    private static CompletableFuture<TlsSession> startTlsBehindALine(EndByHand end, TlsUpgrade tls, byte[] answer) {
        return end.connection
                .reader()
                .readLine(LineEnding.CRLF)
                .thenCompose(line -> end.connection.writer().startTls(EndByHand.ready(tls), answer));
    }

    private static void assertFailsUnheard(EndByHand end, CompletableFuture<TlsSession> upgrade) throws Exception {
        end.advance(Duration.ofSeconds(60)); // the engine may wait for the rest of a record
        assertThat(upgrade).isDone();
        assertThat(failureOf(upgrade)).isInstanceOf(SSLException.class);
        assertOver(end);
    }

    private static void assertOver(EndByHand end) throws Exception {
        assertThat(failureOf(end.connection.reader().read(100))).isInstanceOf(StreamBrokenException.class);
        assertThat(end.connection.writer().tlsSession()).isNull();
        assertThat(end.isOpen()).isFalse();
    }

    /** Returns the bytes sent after the go-ahead. */
    private static byte[] sentBehindGo(EndByHand end) {
        byte[] sent = end.sent();
        assertThat(sent).startsWith(GO);
        byte[] tls = Arrays.copyOfRange(sent, GO.length, sent.length);
        TlsPeer.records(tls);
        return tls;
    }

    /** ST-01. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void commandBehindStartTls_inAnyThreePieces_isNeverHeard(TlsWire wire) throws Exception {
        byte[] attack = joined(STARTTLS, EVIL);
        TlsServer server = wire.server();
        for (int first = 0; first < attack.length; first++) {
            for (int second = first; second < attack.length; second++) {
                try (EndByHand end = new EndByHand()) {
                    CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, server, GO);
                    end.receive(attack, first, second);
                    assertFailsUnheard(end, upgrade);
                    sentBehindGo(end);
                }
            }
        }
    }

    /** ST-01, with a part of the command, and then the ClientHello that the server waits for. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void anythingBeforeTheHello_failsTheHandshake(TlsWire wire) throws Exception {
        TlsServer server = wire.server();
        for (int count = 1; count <= EVIL.length; count++) {
            for (int cut = STARTTLS.length; cut <= STARTTLS.length + count; cut++) {
                try (EndByHand end = new EndByHand()) {
                    CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, server, GO);
                    byte[] hello = TlsPeer.client(TlsPeer.VERSIONS).flight();
                    end.receive(joined(STARTTLS, Arrays.copyOf(EVIL, count), hello), cut);
                    assertFailsUnheard(end, upgrade);
                }
            }
        }
    }

    /**
     * ST-02: bytes that arrived before TLS starts are counted and refused; the engine refuses those that arrive later.
     */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void replyBehindTheGoAhead_cutAnywhere_isRefused(TlsWire wire) throws Exception {
        TlsClient client = wire.client().upgrade("localhost");
        for (String injected : List.of("x", "250-evil", "250 evil\r\n", "250-a\r\n250 b\r\n")) {
            byte[] attack = joined(GO, injected.getBytes(US_ASCII));
            for (int cut = 0; cut <= attack.length; cut++) {
                try (EndByHand end = new EndByHand()) {
                    CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, client, new byte[0]);
                    end.receive(attack, cut);
                    if (cut == GO.length) {
                        assertFailsUnheard(end, upgrade);
                        assertThat(TlsPeer.records(end.sent())).isNotEmpty();
                    } else {
                        assertRefused(end, upgrade, cut < GO.length ? injected.length() : cut - GO.length);
                    }
                }
                try (EndByHand end = new EndByHand()) {
                    end.receive(attack, cut);
                    assertRefused(end, startTlsBehindALine(end, client, new byte[0]), injected.length());
                }
            }
        }
    }

    private static void assertRefused(EndByHand end, CompletableFuture<TlsSession> upgrade, int byteCount)
            throws Exception {
        end.advance(Duration.ZERO);
        Throwable refusal = failureOf(upgrade);
        assertThat(refusal).isInstanceOf(PlaintextInjectionException.class);
        assertThat(((PlaintextInjectionException) refusal).byteCount()).isEqualTo(byteCount);
        assertOver(end);
        assertThat(end.sent()).isEmpty();
    }

    /** ST-03, at a server: a plaintext record after the command, cut anywhere, and then a real ClientHello. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void recordBeforeTheHello_failsTheHandshake(TlsWire wire) throws Exception {
        TlsServer server = wire.server();
        for (byte[] record : RECORDS) {
            for (int cut = STARTTLS.length; cut <= STARTTLS.length + record.length; cut++) {
                try (EndByHand end = new EndByHand()) {
                    CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, server, GO);
                    byte[] hello = TlsPeer.client(TlsPeer.VERSIONS).flight();
                    end.receive(joined(STARTTLS, record, hello), cut, STARTTLS.length + record.length);
                    assertFailsUnheard(end, upgrade);
                    sentBehindGo(end);
                }
            }
        }
    }

    /** ST-03, at a client: a plaintext record after its ClientHello, cut anywhere, and then the real answer. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void recordBeforeTheAnswer_failsTheHandshake(TlsWire wire) throws Exception {
        TlsClient client = wire.client().upgrade("localhost");
        for (byte[] record : RECORDS) {
            for (int cut = 0; cut <= record.length; cut++) {
                try (EndByHand end = new EndByHand()) {
                    CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, client, new byte[0]);
                    end.receive(GO);
                    TlsPeer peer = TlsPeer.server(TlsPeer.VERSIONS);
                    peer.hear(end.sent());
                    end.receive(joined(record, peer.flight()), cut, record.length);
                    assertFailsUnheard(end, upgrade);
                    TlsPeer.records(end.sent());
                }
            }
        }
    }

    /** ST-09. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void helloTogetherWithTheCommand_cutAnywhere_isAnswered(TlsWire wire) throws Exception {
        TlsServer server = wire.server();
        TlsPeer peer = TlsPeer.client(TlsPeer.VERSIONS);
        byte[] all = joined(STARTTLS, peer.flight());
        for (int cut = 0; cut < all.length; cut++) {
            try (EndByHand end = new EndByHand()) {
                CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, server, GO);
                end.receive(all, cut);
                byte[] answer = sentBehindGo(end);
                assertThat(answer).startsWith(SERVER_HELLO);
                if (cut == all.length - 1) { // the peer has only one ClientHello
                    peer.hear(answer);
                    end.receive(peer.flight());
                    assertTalk(end, peer, upgrade);
                }
            }
        }
    }

    /** A whole regular conversation, one byte at a time. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void singleBytes_areAConversation(TlsWire wire) throws Exception {
        for (String version : TlsPeer.VERSIONS) {
            try (EndByHand end = new EndByHand()) {
                CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, wire.server(), GO);
                TlsPeer peer = TlsPeer.client(List.of(version));
                end.receiveByteByByte(joined(STARTTLS, peer.flight()));
                peer.hear(sentBehindGo(end));
                end.receiveByteByByte(peer.flight());
                assertTalk(end, peer, upgrade);
            }
            try (EndByHand end = new EndByHand()) {
                TlsClient client = wire.client().upgrade("localhost");
                CompletableFuture<TlsSession> upgrade = startTlsBehindALine(end, client, new byte[0]);
                end.receiveByteByByte(GO);
                TlsPeer peer = TlsPeer.server(List.of(version));
                while (!upgrade.isDone()) {
                    peer.hear(end.sent());
                    byte[] flight = peer.flight();
                    assertThat(flight).isNotEmpty();
                    end.receiveByteByByte(flight);
                }
                peer.hear(end.sent());
                assertTalk(end, peer, upgrade);
            }
        }
    }

    private static void assertTalk(EndByHand end, TlsPeer peer, CompletableFuture<TlsSession> upgrade)
            throws Exception {
        peer.hear(end.sent());
        end.receive(peer.flight()); // session tickets of a server
        assertThat(peer.isHandshaken()).isTrue();
        assertThat(upgrade).isCompleted();
        end.receiveByteByByte(peer.record("good\r\n".getBytes(US_ASCII)));
        byte[] heard = get(end.connection.reader().readAvailable());
        assertThat(heard).asString(US_ASCII).isEqualTo("good\r\n");
        end.run(() -> end.connection.writer().write("good, too".getBytes(US_ASCII)));
        peer.hear(end.sent());
        assertThat(peer.heard()).asString(US_ASCII).isEqualTo("good, too");
    }
}
