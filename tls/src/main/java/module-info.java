/** TLS for streams over Netty channels: from the first byte, or in the middle of a connection by {@code startTls}. */
module dev.nettystreams.tls {
    requires transitive dev.nettystreams.transport;
    requires transitive io.netty.handler;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.common;
    requires static io.netty.tcnative.classes.openssl;
    requires static org.jspecify;

    exports dev.nettystreams.tls;
}
