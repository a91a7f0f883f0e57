package dev.nettystreams.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.nettystreams.support.AskingRule;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each recipe can be copied without the others. */
class ArchitectureTest {
    private static final String ROOT = "dev.nettystreams.recipes";
    private static final JavaClasses RECIPES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static String recipe(String className) {
        return className.startsWith(ROOT + ".spring.") ? "spring" : className.replaceAll("\\$.*", "");
    }

    @Test
    void recipes_doNotNeedOneAnother() {
        List<String> needed = RECIPES.stream()
                .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
                .filter(each -> each.getTargetClass()
                        .getBaseComponentType()
                        .getPackageName()
                        .startsWith(ROOT))
                .filter(each -> !recipe(each.getOriginClass().getName())
                        .equals(recipe(
                                each.getTargetClass().getBaseComponentType().getName())))
                .map(Object::toString)
                .toList();
        assertThat(RECIPES).hasSizeGreaterThan(20);
        assertThat(needed).isEmpty();
    }

    @Test
    void methodsWhoseNamesAsk_onlyAsk() {
        assertThat(AskingRule.violations(RECIPES, RECIPES, Set.of())).isEmpty();
    }
}
