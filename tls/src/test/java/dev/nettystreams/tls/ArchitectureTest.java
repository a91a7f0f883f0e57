package dev.nettystreams.tls;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The public types of this module. */
class ArchitectureTest {
    /** Adding to it is a decision: programs will depend on it. */
    private static final String PUBLIC = "Tls|TlsClient|TlsEngine|TlsIdentity|TlsServer|TlsTrust|package-info";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nettystreams.tls");

    @Test
    void publicClasses_areOnTheList() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching("dev\\.nettystreams\\.tls\\.(" + PUBLIC + ")")
                .check(CLASSES);
    }

    @Test
    void packages_haveNoCycle() {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
