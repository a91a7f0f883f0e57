package dev.nettystreams.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.nettystreams.support.ArchitectureRules;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The dependencies of this module, and its public types. */
class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super(
                "dev.nettystreams.netty",
                Set.of(
                        "ConnectOptions",
                        "IoBackend",
                        "NettyBytes",
                        "NettyStreams",
                        "NioUnixChannel",
                        "NioUnixServerChannel",
                        "ServerMetrics",
                        "ServerOptions",
                        "StreamChannelHandler",
                        "ProcessOutput",
                        "StreamProcess",
                        "StreamServer",
                        "UnixCredentials",
                        "micrometer.StreamServerMetrics"),
                Set.of());
    }

    @Test
    void module_hasNoTlsAndNoCodec() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.handler..", "javax.net.ssl..")
                .check(module());
    }

    /** It is there only in programs that use it. */
    @Test
    void micrometer_isKnownToItsBinderAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..micrometer")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "..netty.micrometer")
                .check(module());
    }
}
