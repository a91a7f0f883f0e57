package dev.nettystreams.tls;

import dev.nettystreams.netty.IoBackend;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * Where TLS begins: clients and servers, with what they trust and what they show.
 *
 * <pre>{@code
 * StreamConnection https = await(streams.openConnection("example.org", 443, Tls.client()));
 *
 * await(writer.startTls(Tls.client().upgrade("mail.example.org")));
 *
 * streams.startServer(handler, "", 465, Tls.server(TlsIdentity.pem(chain, key)));
 * await(writer.startTls(Tls.server(identity), "220 go ahead\r\n".getBytes(US_ASCII)));
 * }</pre>
 *
 * <p>Clients and servers are immutable and made for many connections: keep one, since sessions are resumed within it.
 *
 * <p>Every method throws {@link IllegalStateException} if the streams cannot run on the Netty on the class path.
 */
public final class Tls {
    private Tls() {}

    /**
     * A client that trusts what the system trusts and verifies the host's name, with TLS 1.2 and 1.3, on the {@linkplain TlsEngine#best best}
     * engine.
     *
     * @return to be adapted, and given to {@code openConnection} or, by way of {@link TlsClient#upgrade}, to {@code startTls}
     */
    public static TlsClient client() {
        requireNetty();
        return DefaultClient.CLIENT;
    }

    /** Made when first asked for: it loads an engine. */
    private static final class DefaultClient {
        private static final TlsClient CLIENT = TlsClient.withDefaults();
    }

    /**
     * A client over a context of Netty's. The host's name is verified, whatever the context says of it; where that cannot be done
     * ({@code endpointIdentificationAlgorithm(null)}, with BoringSSL on a JDK without {@code sun.misc.Unsafe}), {@code startTls} fails.
     *
     * @param context for clients
     * @return whose trust, identity and protocols are the context's
     */
    public static TlsClient client(SslContext context) {
        requireNetty();
        if (!context.isClient()) {
            throw new IllegalArgumentException("the SslContext is for servers");
        }
        return TlsClient.over(context);
    }

    /**
     * A client over a context of the JDK's. The host's name is verified, which such a context does not do by itself.
     *
     * @param context initialized
     * @return whose trust and identity are the context's
     */
    public static TlsClient client(SSLContext context) {
        requireNetty();
        return TlsClient.over(Objects.requireNonNull(context, "context"));
    }

    /**
     * A server with TLS 1.2 and 1.3, on the {@linkplain TlsEngine#best best} engine.
     *
     * @param identity what it shows
     * @return to be adapted, and given to {@code startServer} or {@code startTls}
     */
    public static TlsServer server(TlsIdentity identity) {
        requireNetty();
        return TlsServer.withDefaults(Objects.requireNonNull(identity, "identity"));
    }

    /**
     * A server whose identity is in PEM files.
     *
     * @param certificateChain its own certificate first, then those that lead to a root
     * @param privateKey in PKCS #8, PKCS #1 or SEC 1, not encrypted
     * @return to be adapted, and given to {@code startServer} or {@code startTls}
     */
    public static TlsServer server(Path certificateChain, Path privateKey) {
        requireNetty();
        return server(TlsIdentity.pem(certificateChain, privateKey));
    }

    /**
     * A server over a context of Netty's.
     *
     * @param context for servers
     * @return whose identity, trust and protocols are the context's
     */
    public static TlsServer server(SslContext context) {
        requireNetty();
        if (!context.isServer()) {
            throw new IllegalArgumentException("the SslContext is for clients");
        }
        return TlsServer.over(context);
    }

    /**
     * A server over a context of the JDK's.
     *
     * @param context initialized
     * @return whose identity and trust are the context's
     */
    public static TlsServer server(SSLContext context) {
        requireNetty();
        return TlsServer.over(Objects.requireNonNull(context, "context"));
    }

    /** A version of Netty that the streams cannot run on says so here, and not by what it lacks. */
    private static void requireNetty() {
        if (IoBackend.NIO.unavailabilityCause() instanceof IllegalStateException refusal) {
            throw refusal;
        }
    }
}
