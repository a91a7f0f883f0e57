package dev.nettystreams.demos;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** The programs of a document: each is compiled, runs, and prints what the document says. */
record DocumentedPrograms(Path document, Path directory) {
    /** A heading, prose if there is some, and the program below it. */
    private static final Pattern SECTION = Pattern.compile(
            "^## ([^\\n]+)\\n(?:(?!## |```)[^\\n]*\\n)*```java\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    String text() throws Exception {
        return Files.readString(document);
    }

    Map<String, String> byHeading() throws Exception {
        return SECTION.matcher(text())
                .results()
                .collect(Collectors.toMap(
                        found -> found.group(1), found -> found.group(2), (one, other) -> one, TreeMap::new));
    }

    Stream<DynamicTest> tests() throws Exception {
        return byHeading().entrySet().stream()
                .map(program -> new ShownProgram(program.getKey(), program.getValue()).test(directory));
    }
}
