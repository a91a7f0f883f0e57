/**
 * Asynchronous byte streams with asyncio's contract, as plain Java: the state machine, without any network library.
 *
 * <p>Applications use {@link dev.nettystreams}; authors of transports {@link dev.nettystreams.spi}; authors of tests
 * {@link dev.nettystreams.testing}.
 */
module dev.nettystreams.core {
    requires static jdk.jfr;
    requires static org.jspecify;

    exports dev.nettystreams;
    exports dev.nettystreams.spi;
    exports dev.nettystreams.testing;
}
