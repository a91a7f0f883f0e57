package dev.nettystreams;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.nettystreams.support.AskingRule;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The direction of dependencies, and the public types. */
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nettystreams");

    private static final Set<String> PUBLIC = Set.of(
            "Await",
            "BareLineEndingException",
            "ConcurrentReadException",
            "ConnectionHandler",
            "FailureReporter",
            "IncompleteReadException",
            "LeftoverPolicy",
            "LimitOverrunException",
            "LineEnding",
            "PlaintextInjectionException",
            "Steps",
            "StreamBrokenException",
            "StreamClosedException",
            "StreamConnection",
            "StreamLimits",
            "StreamReader",
            "StreamWriter",
            "TaskGroup",
            "TlsSession",
            "TlsTruncationException",
            "TlsUpgrade",
            "spi.CancelForwarding",
            "spi.Chunk",
            "spi.LogLimit",
            "spi.Loop",
            "spi.Loop$Timer",
            "spi.LoopThreads",
            "spi.OutputEnd",
            "spi.StageFailures",
            "spi.Timeouts",
            "spi.Transport",
            "spi.TransportEvents",
            "testing.BackgroundLoop",
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

    /** Types of the package that the module does not export; not API. */
    private static final Set<String> SEAM = Set.of(
            "carrier.CarriedThreads",
            "carrier.Carrier",
            "carrier.InterruptScope",
            "carrier.InterruptScope$End",
            "carrier.Interrupts",
            "carrier.Interrupts$Reason",
            "carrier.Interrupts$Sender",
            "carrier.Outgoing");

    @Test
    void core_dependsOnTheJdkAlone() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("dev.nettystreams..", "java..", "javax.net.ssl..", "org.jspecify..")
                .check(CORE);
    }

    @Test
    void packages_dependOneWay() {
        noClasses()
                .that()
                .resideInAPackage("..spi")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.nettystreams", "dev.nettystreams.testing")
                .check(CORE);
        noClasses()
                .that()
                .resideInAPackage("..carrier")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.nettystreams", "dev.nettystreams.testing")
                .check(CORE);
        noClasses()
                .that()
                .resideInAPackage("dev.nettystreams")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.nettystreams.testing")
                .check(CORE);
        slices().matching("dev.nettystreams.(**)").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void methodsWhoseNamesAsk_onlyAsk() {
        Set<String> caches = Stream.of(
                        "automatonState", "examinedByteCount", "foundEnd", "foundLength", "scanned", "searched")
                .map("dev.nettystreams.ByteQueue."::concat)
                .collect(Collectors.toSet());
        caches.add("dev.nettystreams.LoopAccess.resident");
        assertThat(AskingRule.violations(CORE, caches)).isEmpty();
    }

    @Test
    void publicTypes_areThoseOnTheList() {
        Set<String> found = CORE.stream()
                .filter(ArchitectureTest::isVisible)
                .map(JavaClass::getName)
                .filter(name -> !name.endsWith("package-info"))
                .map(name -> name.substring("dev.nettystreams.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> expected = new TreeSet<>(PUBLIC);
        expected.addAll(SEAM);
        assertThat(found).containsExactlyElementsOf(expected);
    }

    private static boolean isVisible(JavaClass each) {
        return each.getModifiers().contains(JavaModifier.PUBLIC)
                && each.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }
}
