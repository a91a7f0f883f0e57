package dev.nettystreams.demos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What README.md shows: blocks of Java, and blocks of indented lines, which are commands, options or coordinates. */
public final class Readme {
    private static final Path README = Path.of("..", "..", "README.md");
    private static final Pattern JAVA = Pattern.compile("^```java\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FENCED = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern INDENTED = Pattern.compile("(?:^ {4}.*\\R)+", Pattern.MULTILINE);

    private Readme() {}

    static String text() throws Exception {
        return Files.readString(README);
    }

    static List<String> javaBlocks() throws Exception {
        return JAVA.matcher(text()).results().map(found -> found.group(1)).toList();
    }

    /** Returns the blocks of indented lines, without their indentation. */
    public static List<String> indentedBlocks() throws Exception {
        return INDENTED.matcher(FENCED.matcher(text()).replaceAll(""))
                .results()
                .map(found -> found.group().replaceAll("(?m)^ {4}", ""))
                .toList();
    }

    /** Returns the one block that contains a text. */
    public static String theOne(List<String> blocks, String containing) {
        List<String> found =
                blocks.stream().filter(block -> block.contains(containing)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " blocks contain " + containing);
        }
        return found.get(0);
    }

    /** Returns the blocks that contain none of the texts. */
    static List<String> without(List<String> blocks, Iterable<String> texts) {
        List<String> rest = new ArrayList<>(blocks);
        texts.forEach(text -> rest.removeIf(block -> block.contains(text)));
        return rest;
    }

    /** Returns the name of the class if a block is a whole program. */
    static Optional<String> className(String block) {
        return Pattern.compile("^public (?:final )?class (\\w+)", Pattern.MULTILINE)
                .matcher(block)
                .results()
                .map(found -> found.group(1))
                .findFirst();
    }
}
