package dev.nettystreams.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The dependencies of this module, and its public types. */
class ArchitectureTest {
    /** Adding to it is a decision: programs will depend on it. */
    private static final String PUBLIC =
            "ConnectOptions|IoBackend|NettyStreams|NioUnixChannel|NioUnixServerChannel|ServerOptions"
                    + "|StreamChannelHandler|StreamServer|UnixCredentials|package-info";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nettystreams.netty");

    @Test
    void module_hasNoTlsAndNoCodec() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.handler..", "javax.net.ssl..")
                .check(CLASSES);
    }

    @Test
    void publicClasses_areOnTheList() {
        classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .should()
                .haveNameMatching("dev\\.nettystreams\\.netty\\.(" + PUBLIC + ")")
                .check(CLASSES);
    }

    @Test
    void packages_haveNoCycle() {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
