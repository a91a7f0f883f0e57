package dev.nettystreams.demos.tour;

import static dev.nettystreams.Await.await;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.nettystreams.LineEnding;
import dev.nettystreams.PlaintextInjectionException;
import dev.nettystreams.StreamConnection;
import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import dev.nettystreams.tls.Tls;
import dev.nettystreams.tls.TlsClient;
import dev.nettystreams.tls.TlsIdentity;
import dev.nettystreams.tls.TlsServer;
import dev.nettystreams.tls.TlsTrust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;

/** STARTTLS, as in mail, and the fate of injected plaintext. */
final class Secured implements Stop {
    private static final byte[] GO = "220 go ahead\r\n".getBytes(US_ASCII);
    private static final char[] PASSWORD = "changeit".toCharArray();

    @Override
    public String title() {
        return "startTls: upgraded in place, and no injected plaintext gets in";
    }

    @Override
    public void show(Guide guide) throws Exception {
        KeyStore keys = selfSigned(Path.of(guide.socketPath("tour.p12")));
        TlsServer tls = Tls.server(TlsIdentity.keyStore(keys, PASSWORD));
        TlsClient client =
                Tls.client().trusting(TlsTrust.keyStore(trustIn(keys))).upgrade("localhost");
        try (var server = guide.get(
                guide.streams.startServer((reader, writer) -> converse(tls, reader, writer), "127.0.0.1", 0))) {
            secure(guide, client, server.port());
        }
        injectIntoAClient(guide, client);
    }

    private static void converse(TlsServer tls, StreamReader reader, StreamWriter writer) throws Exception {
        if (new String(await(reader.readLine(LineEnding.CRLF)), US_ASCII).equals("STARTTLS\r\n")) {
            await(writer.startTls(tls, GO));
            writer.write(await(reader.readLine(LineEnding.CRLF)));
        }
    }

    private static void secure(Guide guide, TlsClient tls, int port) throws Exception {
        try (StreamConnection client = guide.get(guide.streams.openConnection("127.0.0.1", port))) {
            client.writer().write("STARTTLS\r\n".getBytes(US_ASCII));
            guide.get(client.reader().readLine(LineEnding.CRLF));
            TlsSession session = guide.get(client.writer().startTls(tls));
            client.writer().write("confidential\r\n".getBytes(US_ASCII));
            byte[] echo = guide.get(client.reader().readLine(LineEnding.CRLF));
            guide.expect(new String(echo, US_ASCII), "confidential\r\n", "the echo under TLS");
            guide.say("secured: " + session.protocol() + ", " + session.cipherSuite() + ", localhost verified");
        }
    }

    private static void injectIntoAClient(Guide guide, TlsClient tls) throws Exception {
        try (Guide.TwoEnds ends = guide.twoEnds()) {
            ends.server().writer().write("220 go ahead\r\n250 injected\r\n".getBytes(US_ASCII));
            guide.get(ends.client().reader().readLine(LineEnding.CRLF));
            PlaintextInjectionException refusal = guide.failure(
                    PlaintextInjectionException.class, ends.client().writer().startTls(tls));
            guide.expect(refusal.byteCount(), 14, "the count of injected bytes");
            guide.say("refused: " + refusal.getMessage());
        }
    }

    /** Creates a certificate with the JDK's own tool. */
    private static KeyStore selfSigned(Path file) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "1",
                        "-alias",
                        "tour",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!keytool.waitFor(20, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool made no certificate");
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }

    private static KeyStore trustIn(KeyStore keys) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("tour", keys.getCertificate("tour"));
        return trust;
    }
}
