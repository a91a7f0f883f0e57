package dev.nettystreams.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * The host name that a client asks a server for (SNI, RFC 6066 section 3). {@link SNIHostName} refuses names that
 * clients do ask for: names with an underscore, as containers have, or with the root dot at the end. Netty creates an
 * {@code SNIHostName} from the name that BoringSSL has accepted whenever a session is asked for its names, and throws
 * then, after a successful handshake.
 */
final class RequestedName {
    /**
     * The JDK's engine creates an {@link SNIHostName} from the ClientHello, and refuses the connection if it cannot.
     */
    static final String REFUSED_BY_THE_JDK =
            "the JDK's engine refuses the host that the client asks for (SNI), TlsEngine.BORINGSSL takes it: ";

    private static final Pattern PRINTABLE = Pattern.compile("[!-~]{1,255}");

    private RequestedName() {}

    /**
     * Returns the name, exactly as the client wrote it.
     *
     * @param engine a server's engine
     * @param session the engine's session, possibly during the handshake
     * @return null if the client asked for no host, or for a name with characters other than printable ASCII, which
     *     does not belong in a log
     */
    static @Nullable String of(SSLEngine engine, @Nullable SSLSession session) {
        if (!(session instanceof ExtendedSSLSession extended)) {
            return null;
        }
        try {
            return of(extended.getRequestedServerNames());
        } catch (IllegalArgumentException refusedByJava) {
            return engine instanceof ReferenceCountedOpenSslEngine openSsl
                    ? printable(SSL.getSniHostname(openSsl.sslPointer()))
                    : null;
        }
    }

    private static @Nullable String of(List<SNIServerName> names) {
        for (SNIServerName name : names) {
            if (name instanceof SNIHostName host) {
                return printable(host.getAsciiName());
            }
            if (name.getType() == StandardConstants.SNI_HOST_NAME) {
                return printable(new String(name.getEncoded(), StandardCharsets.ISO_8859_1));
            }
        }
        return null;
    }

    private static @Nullable String printable(@Nullable String name) {
        return name != null && PRINTABLE.matcher(name).matches() ? name : null;
    }

    /**
     * Returns whether a key manager can ask the engine's session for names, as the JDK's own does where
     * {@code NewSunX509} is the default.
     */
    static boolean isHeldByJava(SSLEngine engine) {
        try {
            if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
                session.getRequestedServerNames();
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
