package dev.nettystreams.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.nettystreams.support.AskingRule;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The packages depend on one another in one direction. */
class ArchitectureTest {
    private static final String ROOT = "dev.nettystreams.benchmarks";

    private static final JavaClasses BENCHMARKS = importedAlone();

    /** Without the classes of libraries, of which the rules need the names only. */
    private static JavaClasses importedAlone() {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("jmh_generated"))
                .importPackages(ROOT);
    }

    private static void assertIndependent(String dependent, String... others) {
        noClasses()
                .that()
                .resideInAPackage(dependent)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .check(BENCHMARKS);
    }

    @Test
    void servers_needNothingElse() {
        assertIndependent(ROOT + ".servers", ROOT, ROOT + ".load", ROOT + ".compare", ROOT + ".micro");
    }

    @Test
    void load_needsServersOnly() {
        assertIndependent(ROOT + ".load", ROOT, ROOT + ".compare", ROOT + ".micro");
    }

    @Test
    void compare_needsNoCommand() {
        assertIndependent(ROOT + ".compare", ROOT, ROOT + ".micro");
    }

    @Test
    void micro_standsAlone() {
        assertIndependent(ROOT + ".micro", ROOT, ROOT + ".servers", ROOT + ".load", ROOT + ".compare");
    }

    /** A figure of this library must not depend on a peer. */
    @Test
    void peers_areNeededByTheirOwnServersOnly() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(VertxServer|ReactorServer)(\\$.*)?")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "reactor..")
                .check(BENCHMARKS);
    }

    @Test
    void methodsWhoseNamesAsk_onlyAsk() {
        assertThat(AskingRule.violations(BENCHMARKS, BENCHMARKS, Set.of())).isEmpty();
    }
}
