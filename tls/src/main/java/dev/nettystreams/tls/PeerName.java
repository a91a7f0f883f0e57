package dev.nettystreams.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import io.netty.util.NetUtil;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;
import org.jspecify.annotations.Nullable;

/**
 * The name of the host that a client connects to.
 *
 * @param verified the name or address that the certificate must contain: without the root dot, the zone of an address,
 *     and brackets
 * @param asked the name to ask for (SNI, RFC 6066 section 3); null for an address, and for an invalid host name
 */
record PeerName(String verified, @Nullable SNIServerName asked) {
    static PeerName of(String hostName) {
        String address = withoutZone(hostName);
        if (isAddress(address)) {
            return new PeerName(address, null);
        }
        String name = withoutRootDot(hostName);
        return new PeerName(name, asked(name));
    }

    /**
     * {@code [fe80::1%eth0]} becomes {@code fe80::1}: zones have a meaning only on this machine (RFC 4007), so
     * certificates do not contain them.
     */
    private static String withoutZone(String hostName) {
        boolean isBracketed = hostName.startsWith("[") && hostName.endsWith("]");
        String address = isBracketed ? hostName.substring(1, hostName.length() - 1) : hostName;
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private static boolean isAddress(String name) {
        return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    }

    /** {@code example.org.} becomes {@code example.org}, the form in certificates and server names. */
    private static String withoutRootDot(String hostName) {
        boolean isRooted = hostName.length() > 1 && hostName.endsWith(".");
        return isRooted ? hostName.substring(0, hostName.length() - 1) : hostName;
    }

    /** {@link SNIHostName} refuses underscores, which DNS and container names contain. */
    private static @Nullable SNIServerName asked(String name) {
        try {
            return new SNIHostName(name);
        } catch (IllegalArgumentException e) {
            return ServerNameKeys.isWildcard(name) ? null : askedInSpiteOfJava(name);
        }
    }

    private static @Nullable SNIServerName askedInSpiteOfJava(String name) {
        try {
            return new Asked(ServerNameKeys.normalized(name));
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    /** Returns the name to ask for, in ASCII, or null. */
    @Nullable
    String askedName() {
        return asked == null ? null : new String(asked.getEncoded(), US_ASCII);
    }

    /**
     * Makes the engine ask for the name, even for one without a dot, which engines omit by default.
     *
     * @param parameters the engine's parameters, which this method completes and sets
     */
    void applyTo(SSLEngine engine, SSLParameters parameters) {
        // That engine ignores a server name of any class but SNIHostName.
        if (asked instanceof Asked && engine instanceof ReferenceCountedOpenSslEngine openSsl) {
            engine.setSSLParameters(parameters);
            SSL.setTlsExtHostName(openSsl.sslPointer(), askedName());
            return;
        }
        if (asked != null) {
            parameters.setServerNames(List.of(asked));
        }
        engine.setSSLParameters(parameters);
    }

    /** A server name as bytes, without the restrictions of {@link SNIHostName}. */
    private static final class Asked extends SNIServerName {
        Asked(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(US_ASCII));
        }
    }
}
