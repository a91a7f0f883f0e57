package dev.nettystreams.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A page shows a recipe as it is: a link to the source, and below it a block with the source's text, without the line
 * that names its package. With {@code -Drecipes.write=true} the test writes the blocks instead.
 */
class RecipePagesTest {
    private static final Path PAGES = Path.of("..", "docs", "recipes");

    /** Group 2 is the file, relative to the page; group 4 is the block. */
    private static final Pattern SHOWN =
            Pattern.compile("(?ms)^(\\[`[^`\\n]+`]\\((\\S+?)\\)[^`]*?\\n\\n```(\\w+)\\n)(.*?)^```$");

    private static List<Path> pages() throws IOException {
        try (Stream<Path> pages = Files.list(PAGES)) {
            return pages.sorted(Comparator.naturalOrder()).toList();
        }
    }

    private static Path source(MatchResult shown) {
        return PAGES.resolve(shown.group(2)).normalize();
    }

    private static String text(Path source) throws IOException {
        return Files.readString(source).replaceFirst("^package \\S+\\R\\R", "");
    }

    @Test
    void pages_showTheSources() throws IOException {
        boolean isToWrite = Boolean.getBoolean("recipes.write");
        Set<Path> shownSources = new TreeSet<>();
        for (Path page : pages()) {
            StringBuilder written = new StringBuilder();
            Matcher shown = SHOWN.matcher(Files.readString(page));
            while (shown.find()) {
                Path source = source(shown);
                shownSources.add(source);
                if (isToWrite) {
                    shown.appendReplacement(written, Matcher.quoteReplacement(shown.group(1) + text(source) + "```"));
                } else {
                    assertThat(shown.group(4)).as("%s in %s", source, page).isEqualTo(text(source));
                }
            }
            if (isToWrite) {
                Files.writeString(page, shown.appendTail(written));
            }
        }
        assertThat(shownSources)
                .containsAll(sources())
                .hasSizeGreaterThan(sources().size());
    }

    /** A block that shows no source is no program: at most a command, or a part of another file. */
    @Test
    void blocksOfJavaAndKotlin_areSources() throws IOException {
        for (Path page : pages()) {
            String text = Files.readString(page);
            long blocks = Pattern.compile("(?m)^```(java|kotlin|python)$")
                    .matcher(text)
                    .results()
                    .count();
            assertThat(SHOWN.matcher(text).results().count())
                    .as(page.toString())
                    .isEqualTo(blocks);
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path module : List.of(Path.of("..", "recipes"), Path.of("..", "kotlin"))) {
            try (Stream<Path> files = Files.walk(module.resolve("src").resolve("main"))) {
                files.filter(Files::isRegularFile).forEach(sources::add);
            }
        }
        return sources;
    }
}
