package dev.nettystreams.demos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nettystreams.StreamLimits;
import dev.nettystreams.TlsSession;
import dev.nettystreams.testing.ManualLoop;
import dev.nettystreams.testing.MemoryOptions;
import dev.nettystreams.testing.MemoryPair;
import dev.nettystreams.testing.MemoryStreams;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class ProxyHeaderTest {
    private static final ProxyHeader OWN = header("127.0.0.1", 1, "127.0.0.1", 2);
    private static final ProxyHeader V4 = header("192.0.2.1", 56324, "198.51.100.2", 443);
    private static final ProxyHeader V6 = header("2001:db8::1", 65535, "2001:db8::2", 1);

    /** Written by hand from section 2.2 of the specification, not with the codec under test. */
    private static final String V2_START = "0d0a0d0a000d0a515549540a";

    private static ProxyHeader header(String source, int sourcePort, String destination, int destinationPort) {
        return new ProxyHeader(
                new InetSocketAddress(source, sourcePort), new InetSocketAddress(destination, destinationPort));
    }

    /** Reads a header from segments of {@code chunkBytes}, then the bytes after it. */
    private static ProxyHeader read(byte[] wire, int chunkBytes, String rest) throws Exception {
        ManualLoop loop = new ManualLoop();
        MemoryPair pair = MemoryStreams.pair(
                loop,
                StreamLimits.DEFAULT,
                MemoryOptions.DEFAULT.withChunks(chunkBytes).withCapacity(1 << 20));
        pair.near().writer().write(wire);
        pair.near().writer().write(rest.getBytes(ISO_8859_1));
        pair.near().writer().writeEof();
        CompletableFuture<ProxyHeader> header = ProxyHeader.read(pair.far().reader(), OWN);
        loop.runReady();
        assertThat(header).isDone();
        ProxyHeader read = header.get();
        CompletableFuture<byte[]> behind = pair.far().reader().read(-1);
        loop.runReady();
        assertThat(new String(behind.get(), ISO_8859_1)).isEqualTo(rest);
        return read;
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443",
                "PROXY TCP6 2001:db8::1 2001:db8::2 65535 1",
                "PROXY UNKNOWN",
                "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535"
            })
    void version1_isRead_howeverItIsCut(String line) throws Exception {
        ProxyHeader expected = line.contains("TCP4") ? V4 : line.contains("TCP6") ? V6 : ProxyHeader.UNKNOWN;
        byte[] wire = (line + "\r\n").getBytes(ISO_8859_1);
        for (int chunkBytes = 1; chunkBytes <= wire.length + 1; chunkBytes++) {
            assertThat(read(wire, chunkBytes, "\26\3\1 and so on")).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2111000c c0000201c6336402dc0401bb, V4",
        "21210024 20010db800000000000000000000000120010db8000000000000000000000002ffff0001, V6",
        "21110013 c0000201c6336402dc0401bb 0200046563686f, V4", // with an authority
        "20000000, OWN",
        "2011000c c0000201c6336402dc0401bb, OWN", // LOCAL: addresses must be ignored
        "21000000, UNKNOWN"
    })
    void version2_isRead_howeverItIsCut(String digits, String expected) throws Exception {
        ProxyHeader header = switch (expected) {
            case "V4" -> V4;
            case "V6" -> V6;
            case "OWN" -> OWN;
            default -> ProxyHeader.UNKNOWN;
        };
        byte[] wire = hex(V2_START + digits.replace(" ", ""));
        for (int chunkBytes = 1; chunkBytes <= wire.length + 1; chunkBytes++) {
            assertThat(read(wire, chunkBytes, "\26\3\1 and so on")).isEqualTo(header);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1|no PROXY header",
                "proxy TCP4 192.0.2.1 198.51.100.2 56324 443|no PROXY header",
                "PROXY TCP4 192.0.2.1 198.51.100.2 56324|not a PROXY header",
                "PROXY TCP4 192.0.2.256 198.51.100.2 56324 443|not a PROXY header",
                "PROXY TCP4 localhost 198.51.100.2 56324 443|not a PROXY header",
                "PROXY TCP4 192.0.2.1 198.51.100.2 56324 65536|not a PROXY header",
                "PROXY TCP6 192.0.2.1 198.51.100.2 56324 443|not a PROXY header",
                "PROXY TCP4 192.0.2.1 198.51.100.2 +5632 443|not a PROXY header",
                "PROXY TCP4 192.0.2.01 198.51.100.2 56324 443|not a PROXY header",
                "PROXY TCP4 192.0.2.1 198.51.100.2 56324 0443|not a PROXY header",
                "PROXY UDP4 192.0.2.1 198.51.100.2 56324 443|not a PROXY header"
            })
    void otherLines_areRefused(String line, String reason) {
        assertThatThrownBy(() -> read((line + "\r\n").getBytes(ISO_8859_1), 1000, ""))
                .cause()
                .hasMessageContaining(reason);
    }

    @Test
    void endlessLine_isRefused() {
        byte[] line = ("PROXY UNKNOWN " + "x".repeat(200)).getBytes(ISO_8859_1);
        assertThatThrownBy(() -> read(line, 1000, "")).cause().hasMessageContaining("limit");
    }

    @ParameterizedTest
    @CsvSource({
        "2111ffff, longer than 4096 bytes: 65535",
        "1111000c c0000201c6336402dc0401bb, not a PROXY header",
        "2211000c c0000201c6336402dc0401bb, not a PROXY header",
        "2111000b c0000201c6336402dc0401, not a PROXY header",
        "21110010 c0000201c6336402dc0401bb 02ffff00, not a PROXY header"
    })
    void otherRecords_areRefused(String digits, String reason) {
        assertThatThrownBy(() -> read(hex(V2_START + digits.replace(" ", "")), 1000, ""))
                .cause()
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @EnumSource(HAProxyProtocolVersion.class)
    void whatWeWrite_isWhatWeRead(HAProxyProtocolVersion version) throws Exception {
        for (ProxyHeader header : List.of(V4, V6, ProxyHeader.UNKNOWN)) {
            assertThat(read(header.encode(version, null), 7, "rest")).isEqualTo(header);
            assertThat(read(header.encode(version, session(null)), 7, "rest")).isEqualTo(header);
        }
        ProxyHeader mixed = new ProxyHeader(V4.source(), V6.destination());
        assertThat(read(mixed.encode(version, null), 7, "rest")).isEqualTo(ProxyHeader.UNKNOWN);
    }

    private static TlsSession session(@Nullable String alpn) {
        return new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", alpn, "a.test", List.of(), false);
    }

    @Test
    void version1_isWrittenAsSpecified() {
        assertThat(new String(V4.encode(HAProxyProtocolVersion.V1, session(null)), ISO_8859_1))
                .isEqualTo("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n");
        assertThat(new String(ProxyHeader.UNKNOWN.encode(HAProxyProtocolVersion.V1, null), ISO_8859_1))
                .isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void version2_isWrittenAsSpecified_withWhatTlsHasAgreedOn() {
        String expected = V2_START + "2111002c" + "c0000201c6336402dc0401bb"
                + "0100026832" // ALPN h2
                + "020006612e74657374" // authority a.test
                + "20000f" + "01" + "00000000" + "210007544c5376312e33"; // SSL, verified, TLSv1.3
        assertThat(HexFormat.of().formatHex(V4.encode(HAProxyProtocolVersion.V2, session("h2"))))
                .isEqualTo(expected);
    }
}
