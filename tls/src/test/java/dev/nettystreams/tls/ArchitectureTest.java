package dev.nettystreams.tls;

import dev.nettystreams.support.ArchitectureRules;
import java.util.Set;

/** The public types of this module. */
class ArchitectureTest extends ArchitectureRules {
    ArchitectureTest() {
        super(
                "dev.nettystreams.tls",
                Set.of("Tls", "TlsClient", "TlsEngine", "TlsIdentity", "TlsServer", "TlsTrust"),
                Set.of());
    }
}
