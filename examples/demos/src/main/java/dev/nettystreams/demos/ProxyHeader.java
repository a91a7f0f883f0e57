package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.nettystreams.StreamReader;
import dev.nettystreams.StreamWriter;
import dev.nettystreams.TlsSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The client and the destination of a connection, as a proxy sends them before all other bytes (HAProxy's PROXY
 * protocol, versions 1 and 2).
 *
 * @param source the client's address, or null if unknown
 * @param destination the address that the client has connected to, or null if unknown
 */
public record ProxyHeader(
        @Nullable InetSocketAddress source, @Nullable InetSocketAddress destination) {
    /** A client whose addresses nobody knows. */
    public static final ProxyHeader UNKNOWN = new ProxyHeader(null, null);

    private static final byte[] V2_SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(US_ASCII);
    private static final byte[] V1_UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(US_ASCII);
    private static final byte[] CRLF = {13, 10};

    private static final int MOST_V1_BYTES = 107;
    private static final Pattern V1_LINE = Pattern.compile("PROXY (?:UNKNOWN[ -~]*"
            + "|TCP4(?: (?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}){2}(?: (?:0|[1-9][0-9]{0,4})){2}"
            + "|TCP6(?: [0-9A-Fa-f:.]+){2}(?: (?:0|[1-9][0-9]{0,4})){2})\r\n");

    /** More than any proxy sends; the length field allows 65535. */
    private static final int MOST_V2_BODY_BYTES = 4096;

    private static final byte SSL_CLIENT = 1;

    /**
     * Returns the addresses of a connection itself.
     *
     * @param client the connection's writer
     * @return the addresses, or {@link #UNKNOWN} if the connection is not TCP
     */
    public static ProxyHeader of(StreamWriter client) {
        return client.getExtraInfo("peername") instanceof InetSocketAddress source
                        && client.getExtraInfo("sockname") instanceof InetSocketAddress destination
                ? new ProxyHeader(source, destination)
                : UNKNOWN;
    }

    // ---- reading

    /**
     * Reads a header and none of the bytes after it.
     *
     * @param reader the bytes of the connection
     * @param own the addresses of the connection itself, for a header that stands for the other proxy
     * @return fails with an {@link IOException} if the bytes are not a header; {@link #UNKNOWN} if the other proxy does
     *     not know the addresses, or the connection is not TCP
     */
    public static CompletableFuture<ProxyHeader> read(StreamReader reader, ProxyHeader own) {
        return reader.readExactly(V2_SIGNATURE.length).thenCompose(start -> {
            if (Arrays.equals(start, V2_SIGNATURE)) {
                return reader.readExactly(4).thenCompose(fixed -> {
                    int byteCount = ((fixed[2] & 0xff) << 8) | (fixed[3] & 0xff);
                    return byteCount > MOST_V2_BODY_BYTES
                            ? CompletableFuture.failedFuture(new IOException(
                                    "PROXY header longer than " + MOST_V2_BODY_BYTES + " bytes: " + byteCount))
                            : reader.readExactly(byteCount).thenCompose(body -> decoded(own, start, fixed, body));
                });
            }
            return Arrays.equals(start, 0, V1_SIGNATURE.length, V1_SIGNATURE, 0, V1_SIGNATURE.length)
                    ? reader.readUntil(List.of(CRLF), MOST_V1_BYTES - start.length - CRLF.length)
                            .thenCompose(rest -> decodedLine(own, start, rest))
                    : CompletableFuture.failedFuture(new IOException("no PROXY header"));
        });
    }

    /** Refuses input that the codec accepts and the specification does not: signs, leading zeros, spaces at the end. */
    private static CompletableFuture<ProxyHeader> decodedLine(ProxyHeader own, byte[] start, byte[] rest) {
        return V1_LINE.matcher(new String(start, US_ASCII) + new String(rest, US_ASCII))
                        .matches()
                ? decoded(own, start, rest)
                : CompletableFuture.failedFuture(new IOException("not a PROXY header: malformed line"));
    }

    private static CompletableFuture<ProxyHeader> decoded(ProxyHeader own, byte[]... parts) {
        EmbeddedChannel codec = new EmbeddedChannel(new HAProxyMessageDecoder());
        try {
            codec.writeInbound(Unpooled.wrappedBuffer(parts));
            HAProxyMessage message = codec.readInbound();
            if (message == null) {
                throw new IOException("not a whole PROXY header");
            }
            try {
                return CompletableFuture.completedFuture(from(message, own));
            } finally {
                message.release();
            }
        } catch (Exception e) {
            return CompletableFuture.failedFuture(new IOException("not a PROXY header", e));
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    /** LOCAL marks connections of the other proxy itself, such as health checks. */
    private static ProxyHeader from(HAProxyMessage message, ProxyHeader own) {
        if (message.command() == HAProxyCommand.LOCAL) {
            return own;
        }
        return switch (message.proxiedProtocol()) {
            case TCP4, TCP6 ->
                new ProxyHeader(
                        address(message.sourceAddress(), message.sourcePort()),
                        address(message.destinationAddress(), message.destinationPort()));
            default -> UNKNOWN;
        };
    }

    private static InetSocketAddress address(String literal, int port) {
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(literal);
        if (address == null) {
            throw new IllegalArgumentException("not an address: " + literal);
        }
        return new InetSocketAddress(address, port);
    }

    // ---- writing

    /**
     * Returns the bytes of the header.
     *
     * @param version the version of the protocol
     * @param tls the TLS session with the client, or null in plaintext; only version 2 has a field for it
     * @return the bytes to send before all others
     */
    public byte[] encode(HAProxyProtocolVersion version, @Nullable TlsSession tls) {
        if (version == HAProxyProtocolVersion.V1 && family() == HAProxyProxiedProtocol.UNKNOWN) {
            return V1_UNKNOWN.clone(); // the codec requires addresses
        }
        EmbeddedChannel codec = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
        try {
            codec.writeOutbound(message(version, tls));
            ByteBuf bytes = codec.readOutbound();
            try {
                return ByteBufUtil.getBytes(bytes);
            } finally {
                bytes.release();
            }
        } finally {
            codec.finishAndReleaseAll();
        }
    }

    private HAProxyMessage message(HAProxyProtocolVersion version, @Nullable TlsSession tls) {
        List<HAProxyTLV> tlvs = version == HAProxyProtocolVersion.V2 && tls != null ? tlvs(tls) : List.of();
        HAProxyProxiedProtocol family = family();
        if (family == HAProxyProxiedProtocol.UNKNOWN || source == null || destination == null) {
            return new HAProxyMessage(
                    version, HAProxyCommand.PROXY, HAProxyProxiedProtocol.UNKNOWN, null, null, 0, 0, tlvs);
        }
        return new HAProxyMessage(
                version,
                HAProxyCommand.PROXY,
                family,
                literal(source),
                literal(destination),
                source.getPort(),
                destination.getPort(),
                tlvs);
    }

    private HAProxyProxiedProtocol family() {
        if (source == null || destination == null) {
            return HAProxyProxiedProtocol.UNKNOWN;
        }
        if (source.getAddress() instanceof Inet4Address && destination.getAddress() instanceof Inet4Address) {
            return HAProxyProxiedProtocol.TCP4;
        }
        return source.getAddress() instanceof Inet6Address && destination.getAddress() instanceof Inet6Address
                ? HAProxyProxiedProtocol.TCP6
                : HAProxyProxiedProtocol.UNKNOWN;
    }

    /** Omits the scope of a link-local address. */
    private static String literal(InetSocketAddress address) {
        return NetUtil.toAddressString(address.getAddress()).replaceAll("%.*", "");
    }

    private static List<HAProxyTLV> tlvs(TlsSession tls) {
        List<HAProxyTLV> tlvs = new ArrayList<>();
        if (tls.applicationProtocol() != null) {
            tlvs.add(tlv(HAProxyTLV.Type.PP2_TYPE_ALPN, tls.applicationProtocol()));
        }
        if (tls.serverName() != null) {
            tlvs.add(tlv(HAProxyTLV.Type.PP2_TYPE_AUTHORITY, tls.serverName()));
        }
        tlvs.add(new HAProxySSLTLV(0, SSL_CLIENT, List.of(tlv(HAProxyTLV.Type.PP2_TYPE_SSL_VERSION, tls.protocol()))));
        return tlvs;
    }

    private static HAProxyTLV tlv(HAProxyTLV.Type type, String text) {
        return new HAProxyTLV(type, Unpooled.copiedBuffer(text, UTF_8));
    }
}
