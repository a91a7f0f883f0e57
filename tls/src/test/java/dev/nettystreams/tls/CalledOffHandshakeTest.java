package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.channelOf;
import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamBrokenException;
import dev.nettystreams.StreamClosedException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * ST-12 from this side: if the upgrade is cancelled, closed, aborted or timed out at any moment of the handshake, as a
 * client or a server, it ends with the connection, and nothing is sent in plaintext. The peer sends its part of the
 * handshake up to some point and then stops.
 */
@ExtendWith(NoLeaks.class)
class CalledOffHandshakeTest {
    private static final byte[] SECRET = "AUTH PLAIN secret\r\n".getBytes(US_ASCII);

    private static final int MOST_HALVES = 40;

    /** How the upgrade is ended, and the exception that its caller gets. */
    private enum Withdrawal {
        CANCEL(CancellationException.class) {
            @Override
            void callOff(StreamConnection connection, CompletableFuture<TlsSession> upgrade) {
                assertThat(upgrade.cancel(false)).isTrue();
            }
        },
        CLOSE(StreamClosedException.class) {
            @Override
            void callOff(StreamConnection connection, CompletableFuture<TlsSession> upgrade) {
                connection.close();
            }
        },
        ABORT(StreamClosedException.class) {
            @Override
            void callOff(StreamConnection connection, CompletableFuture<TlsSession> upgrade) {
                connection.abort();
            }
        },
        TIMEOUT(SSLHandshakeException.class) {
            @Override
            void callOff(StreamConnection connection, CompletableFuture<TlsSession> upgrade) {}
        };

        final Class<? extends Throwable> failure;

        Withdrawal(Class<? extends Throwable> failure) {
            this.failure = failure;
        }

        abstract void callOff(StreamConnection connection, CompletableFuture<TlsSession> upgrade);
    }

    /** The role of this side, and the TLS version. */
    private record Part(TlsWire wire, boolean isClient, String version, TlsClient client, TlsServer server) {
        static List<Part> all(TlsWire wire) {
            List<Part> all = new ArrayList<>();
            for (String version : TlsPeer.VERSIONS) {
                all.add(new Part(wire, true, version, wire.client(), wire.server()));
                all.add(new Part(wire, false, version, wire.client(), wire.server()));
            }
            return all;
        }

        TlsUpgrade upgrade(Duration timeout) {
            return isClient ? client.handshakeTimeout(timeout).upgrade("localhost") : server.handshakeTimeout(timeout);
        }

        TlsPeer newPeer() throws Exception {
            return isClient ? TlsPeer.server(List.of(version)) : TlsPeer.client(List.of(version));
        }

        /** A server of TLS 1.3 has sent all flights when the client is done. */
        int flightCount() {
            return isClient && version.equals("TLSv1.3") ? 1 : 2;
        }
    }

    private static void assertRefusesPlaintext(StreamConnection connection, Class<? extends Exception> refusal) {
        assertThatThrownBy(() -> connection.writer().write(SECRET)).isInstanceOf(refusal);
    }

    /** Ends the upgrade after every record of the peer, and in the middle of every record. */
    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#perEngine")
    void byHand_afterAnyHalfRecord(TlsWire wire) throws Exception {
        for (Part part : Part.all(wire)) {
            for (Withdrawal withdrawal : Withdrawal.values()) {
                int halves = 0;
                while (halves <= MOST_HALVES && isCalledOff(part, withdrawal, halves)) {
                    halves++;
                }
                assertThat(halves).as("%s", part).isBetween(2 * part.flightCount(), MOST_HALVES);
            }
        }
    }

    /** Returns false if the handshake was done before. */
    private static boolean isCalledOff(Part part, Withdrawal withdrawal, int halves) throws Exception {
        try (EndByHand end = new EndByHand()) {
            StreamConnection connection = end.connection;
            CompletableFuture<TlsSession> upgrade =
                    connection.writer().startTls(EndByHand.ready(part.upgrade(Duration.ofSeconds(60))));
            converse(end, part.newPeer(), halves);
            if (upgrade.isDone()) {
                assertThat(get(upgrade).protocol()).isEqualTo(part.version());
                return false;
            }
            assertRefusesPlaintext(connection, IllegalStateException.class);
            end.run(() -> withdrawal.callOff(connection, upgrade));
            end.advance(Duration.ofSeconds(withdrawal == Withdrawal.TIMEOUT ? 60 : 0));
            assertThat(end.isOpen()).isFalse();
            assertThat(upgrade).isDone();
            assertThat(failureOrCancellation(upgrade)).isInstanceOf(withdrawal.failure);
            assertEnded(connection, withdrawal);
            TlsPeer.records(end.sent());
            end.advance(Duration.ofHours(1));
            assertThat(end.sent()).isEmpty();
            return true;
        }
    }

    private static void converse(EndByHand end, TlsPeer peer, int halves) throws Exception {
        int left = halves;
        while (true) {
            peer.hear(end.sent());
            List<byte[]> records = TlsPeer.records(peer.flight());
            if (records.isEmpty()) {
                return;
            }
            for (byte[] record : records) {
                end.receive(Arrays.copyOf(record, left >= 2 ? record.length : left * record.length / 2));
                left -= 2;
                if (left <= 0) {
                    return;
                }
            }
        }
    }

    private static Throwable failureOrCancellation(CompletableFuture<TlsSession> upgrade) throws Exception {
        try {
            return failureOf(upgrade);
        } catch (CancellationException e) {
            return e;
        }
    }

    private static void assertEnded(StreamConnection connection, Withdrawal withdrawal) throws Exception {
        assertRefusesPlaintext(connection, StreamClosedException.class);
        assertThat(connection.writer().tlsSession()).isNull();
        Class<? extends Exception> reason =
                withdrawal == Withdrawal.TIMEOUT ? StreamBrokenException.class : StreamClosedException.class;
        assertThat(failureOf(connection.reader().read(1))).isInstanceOf(reason);
        assertThat(failureOf(connection.writer().drain())).isInstanceOf(reason);
    }

    /** One connection over a wire whose other end only carries the manual peer's bytes. */
    private static final class Held {
        final StreamConnection ours;
        final StreamConnection carrier;
        final TlsPeer peer;
        final CompletableFuture<TlsSession> upgrade;
        final ByteArrayOutputStream carried = new ByteArrayOutputStream();

        Held(Part part, NettyStreams streams, Duration timeout) throws Exception {
            this.peer = part.newPeer();
            Wire.Pair pair = part.wire().pair(streams);
            ours = pair.client();
            carrier = pair.server();
            upgrade = ours.writer().startTls(EndByHand.ready(part.upgrade(timeout)));
        }

        /** Sends half flights, and reads the answers to whole ones. */
        void converse(int halves) throws Exception {
            int left = halves;
            while (true) {
                byte[] flight = peer.flight();
                if (flight.length > 0) {
                    carrier.writer().write(Arrays.copyOf(flight, left >= 2 ? flight.length : left * flight.length / 2));
                    left -= 2;
                    if (left < 0) {
                        return;
                    }
                }
                byte[] answer = get(carrier.reader().read(64 * 1024));
                if (answer.length == 0) {
                    return; // its time was up before
                }
                carried.writeBytes(answer);
                peer.hear(answer);
            }
        }

        void assertEnds(Withdrawal withdrawal) throws Exception {
            assertThat(failureOrCancellation(upgrade)).isInstanceOf(withdrawal.failure);
            assertThatThrownBy(() -> get(ours.waitClosed())).isInstanceOf(ExecutionException.class);
            assertThat(channelOf(ours).isOpen()).isFalse();
            assertEnded(ours, withdrawal);
            byte[] rest = get(carrier.reader().read(-1).exceptionally(lost -> new byte[0]));
            carried.writeBytes(rest);
            TlsPeer.records(carried.toByteArray());
            carrier.abort();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.nettystreams.tls.TlsWire#tcp")
    void overAWire_beforeAndWithinEachFlight(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            List<Part> parts = Part.all(wire);
            for (Withdrawal withdrawal : Withdrawal.values()) {
                Duration timeout = withdrawal == Withdrawal.TIMEOUT ? Duration.ofMillis(150) : Duration.ofSeconds(60);
                List<Held> all = new ArrayList<>();
                for (Part part : parts) {
                    for (int halves = 0; halves < 2 * part.flightCount(); halves++) {
                        Held held = new Held(part, streams, timeout);
                        all.add(held);
                        try {
                            held.converse(halves);
                        } catch (ExecutionException e) {
                            assertThat(withdrawal).isEqualTo(Withdrawal.TIMEOUT); // its time was up before
                        }
                    }
                }
                for (Held held : all) {
                    if (withdrawal != Withdrawal.TIMEOUT) {
                        assertThat(held.upgrade).isNotDone();
                        assertRefusesPlaintext(held.ours, IllegalStateException.class);
                    }
                    withdrawal.callOff(held.ours, held.upgrade);
                }
                for (Held held : all) {
                    held.assertEnds(withdrawal);
                }
            }
        }
    }
}
