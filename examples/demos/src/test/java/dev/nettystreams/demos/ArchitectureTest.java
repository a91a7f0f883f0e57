package dev.nettystreams.demos;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.nettystreams.support.AskingRule;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of the modules that a program needs, too; it has no API to list. */
class ArchitectureTest {
    private static final JavaClasses DEMOS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nettystreams.demos");

    @Test
    void demos_doNotNeedOneAnother() {
        slices().matching("dev.nettystreams.demos.(*)..")
                .should()
                .notDependOnEachOther()
                .check(DEMOS);
    }

    @Test
    void methodsWhoseNamesAsk_onlyAsk() {
        assertThat(AskingRule.violations(DEMOS, DEMOS, Set.of())).isEmpty();
    }
}
