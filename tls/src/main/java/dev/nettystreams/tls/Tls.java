package dev.nettystreams.tls;

import dev.nettystreams.netty.IoBackend;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/**
 * The entry point to TLS: creates clients and servers with their trust and their identity.
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
 * <p>Clients and servers are immutable and serve many connections. Keep one of each: sessions are resumed only within
 * it.
 *
 * <p>Every method throws {@link IllegalStateException} if the streams cannot run on the version of Netty on the class
 * path.
 */
public final class Tls {
    private Tls() {}

    /**
     * Returns a client that trusts the system's certificate authorities and verifies the host's name, with TLS 1.2 and
     * 1.3, on the {@linkplain TlsEngine#best best} engine.
     *
     * @return a client for {@code openConnection} or, with {@link TlsClient#upgrade TlsClient.upgrade}, for
     *     {@code startTls}
     */
    public static TlsClient client() {
        requireNetty();
        return DefaultClient.CLIENT;
    }

    /** Created on first use, because it loads an engine. */
    private static final class DefaultClient {
        private static final TlsClient CLIENT = TlsClient.withDefaults();
    }

    /**
     * Creates a client from Netty's context, which sets the trust, the identity and the protocols. The host's name is
     * verified even if the context does not ask for it. Where that is impossible (a context with
     * {@code endpointIdentificationAlgorithm(null)}, with BoringSSL on a JDK without {@code sun.misc.Unsafe}),
     * {@code startTls} fails.
     *
     * @param context a context for clients
     * @return a client
     * @throws IllegalArgumentException if {@code context} is for servers
     */
    public static TlsClient client(SslContext context) {
        requireNetty();
        if (!context.isClient()) {
            throw new IllegalArgumentException("the SslContext is for servers");
        }
        return TlsClient.over(context);
    }

    /**
     * Creates a client from the JDK's context, which sets the trust and the identity. The host's name is verified,
     * which such a context does not do on its own.
     *
     * @param context an initialized context
     * @return a client
     */
    public static TlsClient client(SSLContext context) {
        requireNetty();
        return TlsClient.over(Objects.requireNonNull(context, "context"));
    }

    /**
     * Creates a server with TLS 1.2 and 1.3, on the {@linkplain TlsEngine#best best} engine.
     *
     * @param identity the server's certificate and key
     * @return a server for {@code startServer} or {@code startTls}
     */
    public static TlsServer server(TlsIdentity identity) {
        requireNetty();
        return TlsServer.withDefaults(Objects.requireNonNull(identity, "identity"));
    }

    /**
     * Creates a server with its certificate and key in PEM files.
     *
     * @param certificateChain the server's certificate first, then the certificates that lead to a root
     * @param privateKey the key in PKCS #8, PKCS #1 or SEC 1, not encrypted
     * @return a server for {@code startServer} or {@code startTls}
     */
    public static TlsServer server(Path certificateChain, Path privateKey) {
        requireNetty();
        return server(TlsIdentity.pem(certificateChain, privateKey));
    }

    /**
     * Creates a server from Netty's context, which sets the identity, the trust and the protocols.
     *
     * @param context a context for servers
     * @return a server
     * @throws IllegalArgumentException if {@code context} is for clients
     */
    public static TlsServer server(SslContext context) {
        requireNetty();
        if (!context.isServer()) {
            throw new IllegalArgumentException("the SslContext is for clients");
        }
        return TlsServer.over(context);
    }

    /**
     * Creates a server from the JDK's context, which sets the identity and the trust.
     *
     * @param context an initialized context
     * @return a server
     */
    public static TlsServer server(SSLContext context) {
        requireNetty();
        return TlsServer.over(Objects.requireNonNull(context, "context"));
    }

    /** Refuses an unsuitable version of Netty with a clear message, before a missing class or method does. */
    private static void requireNetty() {
        if (IoBackend.NIO.unavailabilityCause() instanceof IllegalStateException refusal) {
            throw refusal;
        }
    }
}
