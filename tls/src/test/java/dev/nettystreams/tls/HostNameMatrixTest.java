package dev.nettystreams.tls;

import static dev.nettystreams.netty.support.Wire.failureOf;
import static dev.nettystreams.netty.support.Wire.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.nettystreams.TlsSession;
import dev.nettystreams.TlsUpgrade;
import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.support.NoLeaks;
import dev.nettystreams.netty.support.Wire;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * T5: the host name is verified with every kind of trust: six hosts, three kinds of trust, on both engines. Netty lost
 * this twice in a year: with trust managers that check only the chain, and with BoringSSL on a new JDK.
 */
@ExtendWith(NoLeaks.class)
class HostNameMatrixTest {
    private static final NettyStreams STREAMS = NettyStreams.create();
    private static final X509Bundle LOCALHOST = FaultyCertificates.issued(
            FaultyCertificates.localhost().addSanIpAddress("127.0.0.1").addSanIpAddress("::1"));

    @AfterAll
    static void close() {
        STREAMS.close();
    }

    private record Host(String name, boolean isInTheCertificate) {
        static final List<Host> ALL = List.of(
                new Host("", false), // none
                new Host("localhost", true),
                new Host("LOCALHOST", true),
                new Host("127.0.0.1", true),
                new Host("wrong.example", false),
                new Host("1.2.3.4", false));
    }

    /** Trusts every chain and takes no host name. */
    private static final class AnyChain implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static void judgeBelievingAnyChain(TlsWire wire, TlsServer server, Host host) throws Exception {
        SslContext context;
        try {
            context = SslContextBuilder.forClient()
                    .sslProvider(wire.engine().provider)
                    .trustManager(new AnyChain())
                    .build();
        } catch (SSLException e) { // on a new JDK, where BoringSSL cannot verify the name, Netty creates no context
            assertThat(wire.engine()).isEqualTo(TlsEngine.BORINGSSL);
            assertThat(e).hasRootCauseInstanceOf(UnsupportedOperationException.class);
            return;
        }
        judge(wire, Tls.client(context), server, host, host.isInTheCertificate());
    }

    /** The context was told not to verify names; they are verified. */
    private static void judgeWithoutNames(TlsWire wire, TlsServer server, Host host) throws Exception {
        SslContext context = SslContextBuilder.forClient()
                .sslProvider(wire.engine().provider)
                .trustManager(new AnyChain())
                .endpointIdentificationAlgorithm(null)
                .build();
        boolean canSee = wire.engine() == TlsEngine.JDK || PlatformDependent.hasUnsafe();
        if (canSee || host.name().isEmpty()) {
            judge(wire, Tls.client(context), server, host, host.isInTheCertificate());
            return;
        }
        Wire.Pair pair = wire.pair(STREAMS);
        CompletableFuture<TlsSession> ofClient =
                pair.client().writer().startTls(Tls.client(context).upgrade(host.name()));
        assertThat(failureOf(ofClient))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("nobody would verify the host name");
        pair.server().abort();
    }

    @TestFactory
    Stream<DynamicTest> hosts() {
        return TlsWire.perEngine().flatMap(wire -> {
            TlsServer server = Tls.server(Certificates.identity(LOCALHOST)).engine(wire.engine());
            TlsClient anybody = wire.client().trusting(TlsTrust.insecureAnybody());
            List<DynamicTest> tests = new ArrayList<>();
            for (Host host : Host.ALL) {
                String about = wire.engine() + " " + host;
                boolean isRight = host.isInTheCertificate();
                tests.add(dynamicTest(about + " root", () -> judge(wire, wire.client(), server, host, isRight)));
                tests.add(dynamicTest(about + " any chain", () -> judgeBelievingAnyChain(wire, server, host)));
                tests.add(dynamicTest(about + " no names", () -> judgeWithoutNames(wire, server, host)));
                tests.add(dynamicTest(
                        about + " anybody",
                        () -> judge(wire, anybody, server, host, !host.name().isEmpty())));
            }
            return tests.stream();
        });
    }

    private static void judge(TlsWire wire, TlsClient client, TlsServer server, Host host, boolean isRight)
            throws Exception {
        Wire.Pair pair = wire.pair(STREAMS);
        TlsUpgrade upgrade = host.name().isEmpty() ? client : client.upgrade(host.name());
        CompletableFuture<TlsSession> ofServer = pair.server().writer().startTls(server);
        CompletableFuture<TlsSession> ofClient = pair.client().writer().startTls(upgrade);
        if (isRight) {
            assertThat(get(ofClient).peerCertificates()).contains(LOCALHOST.getCertificate());
            get(ofServer);
        } else {
            assertThat(failureOf(ofClient))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining(host.name().isEmpty() ? "host name" : host.name());
            assertThat(failureOf(ofServer)).isInstanceOf(IOException.class);
        }
        pair.client().abort();
        pair.server().abort();
    }
}
