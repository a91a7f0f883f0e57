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
 * The name of the host that a client wants to reach.
 *
 * @param verified the name or address that must stand in the certificate: without the root's dot, the zone of an address, and brackets
 * @param asked the name to ask for (SNI, RFC 6066 section 3); null for an address, and for what no host can be called
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

    /** {@code [fe80::1%eth0]} is {@code fe80::1}: certificates have no zones, which are a matter of this machine (RFC 4007). */
    private static String withoutZone(String hostName) {
        boolean isBracketed = hostName.startsWith("[") && hostName.endsWith("]");
        String address = isBracketed ? hostName.substring(1, hostName.length() - 1) : hostName;
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private static boolean isAddress(String name) {
        return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    }

    /** {@code example.org.} is {@code example.org}, as it stands in certificates and server names. */
    private static String withoutRootDot(String hostName) {
        boolean isRooted = hostName.length() > 1 && hostName.endsWith(".");
        return isRooted ? hostName.substring(0, hostName.length() - 1) : hostName;
    }

    /** {@link SNIHostName} takes no underscores; DNS and containers have them. */
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

    /** The name to ask for, in ASCII, or null. */
    @Nullable
    String askedName() {
        return asked == null ? null : new String(asked.getEncoded(), US_ASCII);
    }

    /**
     * Has the engine ask for the name: also for one without a dot, which engines leave out by themselves.
     *
     * @param parameters for the engine, to which this gives them
     */
    void applyTo(SSLEngine engine, SSLParameters parameters) {
        if (asked instanceof Asked
                && engine instanceof ReferenceCountedOpenSslEngine openSsl) { // which takes no other class
            engine.setSSLParameters(parameters);
            SSL.setTlsExtHostName(openSsl.sslPointer(), askedName());
            return;
        }
        if (asked != null) {
            parameters.setServerNames(List.of(asked));
        }
        engine.setSSLParameters(parameters);
    }

    /** A name by its bytes, about which Java has no opinion. */
    private static final class Asked extends SNIServerName {
        Asked(String name) {
            super(StandardConstants.SNI_HOST_NAME, name.getBytes(US_ASCII));
        }
    }
}
