/** Streams over Netty channels: TCP and Unix-domain sockets, over epoll, io_uring, kqueue and NIO. */
module dev.nettystreams.transport {
    requires transitive dev.nettystreams.core;
    requires transitive io.netty.transport;
    requires transitive io.netty.buffer;
    requires io.netty.common;
    requires static io.netty.transport.classes.epoll;
    requires static io.netty.transport.classes.io_uring;
    requires static io.netty.transport.classes.kqueue;
    requires io.netty.transport.unix.common;
    requires static micrometer.core;
    requires static org.jspecify;

    exports dev.nettystreams.netty;
    exports dev.nettystreams.netty.micrometer;
}
