package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.TlsSession;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names as people write them, and as they are sent in a ClientHello. */
@ExtendWith(NoLeaks.class)
class ServerNamesTest {
    static Stream<TlsWire> perEngine() {
        return TlsWire.perEngine();
    }

    @ParameterizedTest
    @CsvSource({
        "Example.ORG, example.org",
        "example.org., example.org",
        "bücher.test, xn--bcher-kva.test",
        "*.Bücher.test, *.xn--bcher-kva.test",
        "my_service, my_service"
    })
    void names_areKeptAsClientsAskForThem(String typed, String asked) {
        assertThat(ServerNameKeys.normalized(typed)).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "*", "*.", "a.*.b", "a..b", "a b", "a:443", "**.a"})
    void whatIsNoName_isRefusedAtTheCall(String typed) {
        TlsServer server = Tls.server(Certificates.identity(Certificates.LOCALHOST));
        assertThatThrownBy(() -> server.identityFor(typed, Certificates.identity(Certificates.LOCALHOST)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("perEngine")
    void rootDots_areNotAskedFor_norAddresses(TlsWire wire) throws Exception {
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            assertThat(asked(streams, wire, wire.client().upgrade("localhost.")))
                    .isEqualTo("localhost");
            TlsClient lax = wire.client().insecureWithoutHostName();
            assertThat(asked(streams, wire, lax.upgrade("127.0.0.1"))).isNull();
        }
    }

    private static String asked(NettyStreams streams, TlsWire wire, TlsClient client) throws Exception {
        Wire.Pair pair = wire.pair(streams);
        CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(wire.server());
        String told = get(pair.client().writer().startTls(client)).serverName();
        assertThat(get(ofServer).serverName()).isEqualTo(told);
        pair.close();
        return told;
    }

    @Test
    void identityFor_anInternationalName_isShownToWhoeverAsksForIt() throws Exception {
        TlsServer server = Tls.server(Certificates.identity(Certificates.LOCALHOST))
                .identityFor(
                        "bücher.test",
                        Certificates.identity(Certificates.issue(Certificates.ROOT, "xn--bcher-kva.test")));
        TlsWire wire = TlsWire.perEngine().findFirst().orElseThrow();
        try (NettyStreams streams = NettyStreams.create(wire.backend())) {
            Wire.Pair pair = wire.pair(streams);
            pair.startTls(wire.client().upgrade("xn--bcher-kva.test"), server);
            pair.close();
        }
    }
}
