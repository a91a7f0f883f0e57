package dev.nettystreams.recipes;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.netty.NettyStreams;
import dev.nettystreams.netty.StreamServer;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsTrust;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of STARTTLS. */
@Timeout(60)
class StartTlsRecipesTest {
    @TempDir
    Path directory;

    @Test
    void clientAndServer() throws Exception {
        X509Bundle localhost = new CertificateBuilder()
                .ecp256()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path chain = Files.writeString(directory.resolve("chain.pem"), localhost.getCertificatePathPEM());
        Path key = Files.writeString(directory.resolve("key.pem"), localhost.getPrivateKeyPEM());
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server =
                    new StartTlsServer(chain, key).start(streams, 0).get(20, TimeUnit.SECONDS);
            String port = Integer.toString(server.port());
            assertThat(Printed.by(() -> StartTlsClient.main(new String[] {port, chain.toString()})))
                    .containsExactly("a secret");

            StartTlsClient stranger = new StartTlsClient(streams, Tls.client());
            assertThatThrownBy(() -> stranger.whoAmI("localhost", server.port()))
                    .isInstanceOf(SSLException.class);

            try (Peer plain = new Peer(server.port())) {
                assertThat(plain.line()).isEqualTo("220 ready");
                assertThat(plain.ask("WHOAMI\r")).isEqualTo("530 STARTTLS first");
                assertThat(plain.ask("NOOP\r")).isEqualTo("500 unknown command");
                assertThat(plain.ask("QUIT\r")).isEqualTo("221 bye");
                assertThat(plain.line()).isNull();
            }
        }
    }

    /** A man in the middle has removed the offer. */
    @Test
    void serverThatOffersNone_getsNothing() throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = streams.startServer(
                            (reader, writer) -> {
                                writer.write("220 ready\r\n", US_ASCII);
                                await(reader.readLine());
                                writer.write("250 hello\r\n", US_ASCII);
                                await(reader.read(-1));
                            },
                            "127.0.0.1",
                            0)
                    .get(20, TimeUnit.SECONDS);
            StartTlsClient client = new StartTlsClient(streams, Tls.client().trusting(TlsTrust.system()));
            assertThatThrownBy(() -> client.whoAmI("127.0.0.1", server.port()))
                    .hasMessageContaining("offers no STARTTLS");
        }
    }

    @Test
    void replyWithoutAnEnd_isAnError() throws Exception {
        try (NettyStreams streams = NettyStreams.create()) {
            StreamServer server = streams.startServer(
                            (reader, writer) -> {
                                writer.write("220-ready\r\n".repeat(1000), US_ASCII);
                                await(reader.read(-1));
                            },
                            "127.0.0.1",
                            0)
                    .get(20, TimeUnit.SECONDS);
            StartTlsClient client = new StartTlsClient(streams, Tls.client());
            assertThatThrownBy(() -> client.whoAmI("127.0.0.1", server.port()))
                    .hasMessage("a reply has more than 100 lines");
        }
    }
}
