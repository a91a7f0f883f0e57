package dev.nettystreams;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import dev.nettystreams.flight.Flight;
import dev.nettystreams.flight.HandshakeSpan;
import dev.nettystreams.flight.LoopSpan;
import dev.nettystreams.flight.Recorded;
import dev.nettystreams.flight.Span;
import dev.nettystreams.support.ArchitectureRules;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The direction of dependencies, and the public types. */
class ArchitectureTest extends ArchitectureRules {
    private static final Set<String> PUBLIC = Set.of(
            "AcceptedConnections",
            "Await",
            "BareLineEndingException",
            "BorrowedBytes",
            "ConcurrentReadException",
            "ConnectionHandler",
            "ConnectionMetrics",
            "FailureReporter",
            "IncompleteFileException",
            "IncompleteReadException",
            "LeftoverPolicy",
            "LimitOverrunException",
            "MalformedTextException",
            "NumberReader",
            "NumberWriter",
            "LineEnding",
            "PlaintextInjectionException",
            "RelayCounts",
            "Steps",
            "StreamBrokenException",
            "StreamClosedException",
            "StreamConnection",
            "StreamLimits",
            "StreamReader",
            "StreamWriter",
            "TaskGroup",
            "TextReader",
            "TlsSession",
            "TlsTruncationException",
            "TlsUpgrade",
            "WriterSubscriber",
            "spi.CancelForwarding",
            "spi.Block",
            "spi.Chunk",
            "spi.IdleWatch",
            "spi.LogLimit",
            "spi.Loop",
            "spi.Loop$Timer",
            "spi.LoopThreads",
            "spi.OpeningPlace",
            "spi.OutputEnd",
            "spi.StageFailures",
            "spi.Timeouts",
            "spi.Transport",
            "spi.TransportEvents",
            "testing.BackgroundLoop",
            "testing.ForwardingEvents",
            "testing.ForwardingTransport",
            "testing.ManualLoop",
            "testing.MemoryOptions",
            "testing.MemoryPair",
            "testing.MemoryStreams",
            "testing.MemoryWire",
            "testing.PairSource",
            "testing.StreamCheck",
            "testing.StreamChecks",
            "testing.StreamPair",
            "testing.WireCounts");

    /** Types of the packages that the module does not export; not API. */
    private static final Set<String> SEAM = Set.of(
            "carrier.CarriedThreads",
            "carrier.Carrier",
            "carrier.Carriers",
            "carrier.InterruptScope",
            "carrier.InterruptScope$End",
            "carrier.Interrupts",
            "carrier.Interrupts$Reason",
            "carrier.Interrupts$Sender",
            "carrier.Outgoing",
            "flight.Flight",
            "flight.HandshakeSpan",
            "flight.LoopSpan",
            "flight.Recorded",
            "flight.Span");

    /** They remember an answer. */
    private static final Set<String> CACHES = Set.of(
            "dev.nettystreams.ByteQueue.automatonState",
            "dev.nettystreams.ByteQueue.examinedByteCount",
            "dev.nettystreams.ByteQueue.foundEnd",
            "dev.nettystreams.ByteQueue.foundLength",
            "dev.nettystreams.ByteQueue.scanned",
            "dev.nettystreams.ByteQueue.searched",
            "dev.nettystreams.DebugMode$Outcome.isSeen", // that code has asked
            "dev.nettystreams.LoopAccess.resident");

    ArchitectureTest() {
        super("dev.nettystreams", joined(PUBLIC, SEAM), CACHES);
    }

    private static Set<String> joined(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    @Test
    void core_dependsOnTheJdkAlone() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages(
                        "dev.nettystreams..", "java..", "javax.net.ssl..", "jdk.jfr..", "org.jspecify..")
                .check(module());
    }

    /** A run-time image may lack {@code jdk.jfr}: one package knows it, and its door does not. */
    @Test
    void flightRecorder_isKnownToOnePackage_behindItsDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..flight")
                .or()
                .belongToAnyOf(Flight.class, HandshakeSpan.class, LoopSpan.class, Recorded.class, Span.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.jfr..")
                .check(module());
        noClasses()
                .that()
                .resideInAPackage("..flight")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.nettystreams",
                        "dev.nettystreams.carrier",
                        "dev.nettystreams.spi",
                        "dev.nettystreams.testing")
                .check(module());
    }

    @Test
    void packages_dependOneWay() {
        noClasses()
                .that()
                .resideInAPackage("..spi")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.nettystreams", "dev.nettystreams.testing")
                .check(module());
        noClasses()
                .that()
                .resideInAPackage("..carrier")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.nettystreams", "dev.nettystreams.testing")
                .check(module());
        noClasses()
                .that()
                .resideInAPackage("dev.nettystreams")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nettystreams.testing")
                .check(module());
    }
}
