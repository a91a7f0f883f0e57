package dev.nettystreams.support;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The rules that every module keeps. A module's {@code ArchitectureTest} extends this and adds its own. */
public abstract class ArchitectureRules {
    /** All modules that the test sees, so that a call can be followed from one to the other. */
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.nettystreams");

    private final String root;
    private final Set<String> publicTypes;
    private final Set<String> caches;

    /**
     * @param root the module's package, which its other packages are within
     * @param publicTypes the names of the types that programs can use, without {@code root}: adding to them is a
     *     decision
     * @param caches the full names of the fields that only remember an answer
     */
    protected ArchitectureRules(String root, Set<String> publicTypes, Set<String> caches) {
        this.root = root;
        this.publicTypes = publicTypes;
        this.caches = caches;
    }

    protected final JavaClasses module() {
        return ALL.that(DescribedPredicate.describe(
                "are of the module", each -> (each.getPackageName() + ".").startsWith(root + ".")));
    }

    @Test
    public void publicTypes_areThoseOnTheList() {
        Set<String> found = module().stream()
                .filter(ArchitectureRules::isVisible)
                .map(JavaClass::getName)
                .filter(name -> !name.endsWith("package-info"))
                .map(name -> name.substring(root.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).containsExactlyElementsOf(new TreeSet<>(publicTypes));
    }

    private static boolean isVisible(JavaClass each) {
        return each.getModifiers().contains(JavaModifier.PUBLIC)
                && each.getEnclosingClass().map(ArchitectureRules::isVisible).orElse(true);
    }

    @Test
    public void packages_haveNoCycle() {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(module());
    }

    @Test
    public void methodsWhoseNamesAsk_onlyAsk() {
        assertThat(AskingRule.violations(module(), ALL, caches)).isEmpty();
    }
}
