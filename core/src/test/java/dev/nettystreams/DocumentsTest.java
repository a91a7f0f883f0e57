package dev.nettystreams;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The documents name existing classes, fields, tests, promises and documents. Reads the repository's files. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path DESIGN = ROOT.resolve("DESIGN.md");
    private static final Path DOCS = ROOT.resolve("core/docs");
    private static final Path PROMISES = DOCS.resolve("promises.md");
    private static final Path CONCURRENCY = DOCS.resolve("concurrency.md");
    private static final List<String> MODULES = List.of("core", "netty-transport", "tls");

    private static final int WIDTH = 120;

    /** Relative to the root: directories of Java sources whose comments are held to the width. */
    private static final List<String> JAVA_OF_THAT_WIDTH = List.of(
            "core/src",
            "core/site/src",
            "netty-transport/src",
            "tls/src",
            "examples/demos/src",
            "examples/benchmarks/src",
            "examples/recipes/src");

    private static final Pattern FENCED = Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern CODE_SPAN = Pattern.compile("`([^`]+)`");

    /** Group 1 of a match is a comment; what matches without it is a string, which may look like one. */
    private static final Pattern COMMENT =
            Pattern.compile("\"(?:\\\\.|[^\"\\\\\\n])*\"|(/\\*.*?\\*/|//[^\\n]*)", Pattern.DOTALL);

    private static final Pattern PROMISE = Pattern.compile("\\b(?:ST-\\d\\d|[RWCTSABO]\\d{1,2})\\b");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\[[^]]*]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");

    @BeforeEach
    void requireRepository() {
        assumeTrue(Files.isRegularFile(DESIGN), "skipped: the repository's documents are not beside this module");
    }

    @Test
    void design_namesEveryClass() throws IOException {
        Set<String> classes = mainClasses().keySet();
        assertThat(classes).hasSizeGreaterThan(100);
        assertThat(spansOf(proseOf(DESIGN))).containsAll(classes);
    }

    @Test
    void design_namesNoClassThatIsGone() throws IOException {
        List<String> named = firstCells(tablesOf(DESIGN, "class"))
                .flatMap(DocumentsTest::spansOf)
                .toList();
        assertThat(named).hasSizeGreaterThan(100).isSubsetOf(mainClasses().keySet());
    }

    @Test
    void concurrency_namesFieldsThatExist() throws IOException {
        Map<String, Path> classes = mainClasses();
        List<String> missing = new ArrayList<>();
        int checked = 0;
        for (String cell : firstCells(tablesOf(CONCURRENCY, "field", "lock")).toList()) {
            String source = "";
            for (String span : spansOf(cell).toList()) {
                List<String> words = new ArrayList<>(List.of(span.split("\\.", -1)));
                if (classes.containsKey(words.get(0))) {
                    source = Files.readString(classes.get(words.remove(0)));
                }
                for (String word : words) {
                    checked++;
                    if (!Pattern.compile("\\b" + word + "\\b").matcher(source).find()) {
                        missing.add(cell + ": " + word);
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(checked).isGreaterThan(50);
    }

    @Test
    void promises_areAllThere_eachWithATest() throws IOException {
        Map<String, List<String>> tests = testsByPromise();
        assertThat(tests.keySet())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                codes("R%d", 14),
                                codes("W%d", 10),
                                codes("C%d", 7),
                                codes("T%d", 8),
                                codes("S%d", 11),
                                codes("A%d", 5),
                                codes("B%d", 8),
                                codes("O%d", 5),
                                codes("ST-%02d", 14))
                        .flatMap(List::stream)
                        .toList());
        assertThat(tests.values()).allSatisfy(named -> assertThat(named).isNotEmpty());
    }

    private static List<String> codes(String format, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(format::formatted).toList();
    }

    @Test
    void promises_haveEveryCodeThatATestCites() throws IOException {
        Set<String> cited = new TreeSet<>();
        for (Path source : testSources()) {
            COMMENT.matcher(Files.readString(source))
                    .results()
                    .filter(found -> found.group(1) != null)
                    .flatMap(comment -> PROMISE.matcher(comment.group(1)).results())
                    .map(MatchResult::group)
                    .forEach(cited::add);
        }
        assertThat(cited).hasSizeGreaterThan(40).isSubsetOf(testsByPromise().keySet());
    }

    @Test
    void promises_nameTestsThatExist() throws IOException {
        Map<String, Path> sources = testSources().stream()
                .collect(toMap(DocumentsTest::className, source -> source, (first, second) -> first, TreeMap::new));
        sources.put("StreamChecks", ROOT.resolve("core/src/main/java/dev/nettystreams/testing/StreamChecks.java"));
        List<String> missing = new ArrayList<>();
        for (List<String> tests : testsByPromise().values()) {
            for (String test : tests) {
                String className = test.substring(0, test.indexOf(' '));
                String member = test.substring(test.indexOf(' ') + 1);
                Path source = sources.get(className);
                String declaration = className.equals("StreamChecks") ? "\"" + member + "\"" : " " + member + "(";
                if (source == null || !Files.readString(source).contains(declaration)) {
                    missing.add(test);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void documents_nameTestsThatExist() throws IOException {
        Set<String> tests = new TreeSet<>();
        testSources().forEach(source -> tests.add(className(source)));
        for (Path document : documents()) {
            List<String> named = spansOf(proseOf(document))
                    .filter(span -> span.matches("\\w+(Test|Stress)"))
                    .toList();
            assertThat(named).as(document.toString()).isSubsetOf(tests);
        }
    }

    @Test
    void documents_fitTheWidth() throws IOException {
        List<String> wide = new ArrayList<>();
        for (Path document : documents()) {
            wide.addAll(tooWide(document, line -> true));
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void comments_fitTheWidth() throws IOException {
        List<String> wide = new ArrayList<>();
        for (String directory : JAVA_OF_THAT_WIDTH) {
            for (Path source : filesUnder(ROOT.resolve(directory), ".java")) {
                wide.addAll(tooWide(source, DocumentsTest::isCommented));
            }
        }
        assertThat(wide).isEmpty();
    }

    private static boolean isCommented(String line) {
        String text = line.strip();
        return text.startsWith("*") || text.startsWith("/*") || text.startsWith("//") || text.contains(" // ");
    }

    private static List<String> tooWide(Path file, Predicate<String> counts) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return IntStream.range(0, lines.size())
                .filter(i -> lines.get(i).length() > WIDTH && counts.test(lines.get(i)))
                .mapToObj(i -> file + ":" + (i + 1) + ": " + lines.get(i).length() + " columns")
                .toList();
    }

    @Test
    void links_resolve() throws IOException {
        List<String> broken = new ArrayList<>();
        int checked = 0;
        for (Path document : documents()) {
            for (MatchResult link : LINK.matcher(proseOf(document)).results().toList()) {
                if (link.group(1).contains(":")) {
                    continue; // elsewhere
                }
                checked++;
                Path target = link.group(1).isEmpty()
                        ? document
                        : document.resolveSibling(link.group(1)).normalize();
                if (!Files.exists(target)
                        || (link.group(2) != null && !anchorsOf(target).contains(link.group(2)))) {
                    broken.add(document + ": " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(checked).isPositive();
    }

    /** As GitHub makes them of headings. */
    private static List<String> anchorsOf(Path document) throws IOException {
        return HEADING.matcher(proseOf(document))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }

    // ---- what there is

    private static Map<String, Path> mainClasses() throws IOException {
        Map<String, Path> classes = new TreeMap<>();
        for (String module : MODULES) {
            for (Path source : filesUnder(ROOT.resolve(module).resolve("src/main/java"), ".java")) {
                if (!className(source).endsWith("-info")) {
                    classes.put(className(source), source);
                }
            }
        }
        return classes;
    }

    private static List<Path> testSources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String source : JAVA_OF_THAT_WIDTH) {
            for (String kind : List.of("test", "jcstress")) {
                Path directory = ROOT.resolve(source).resolve(kind);
                if (Files.isDirectory(directory)) {
                    sources.addAll(filesUnder(directory, ".java"));
                }
            }
        }
        return sources;
    }

    private static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(filesUnder(DOCS, ".md"));
        documents.addAll(filesUnder(ROOT.resolve("examples/docs"), ".md"));
        try (Stream<Path> top = Files.list(ROOT)) {
            documents.addAll(
                    top.filter(file -> file.toString().endsWith(".md")).sorted().toList());
        }
        return documents;
    }

    private static List<Path> filesUnder(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    private static String className(Path source) {
        return source.getFileName().toString().replace(".java", "");
    }

    /** For each code, "class member" for each test that promises.md names below it. */
    private static Map<String, List<String>> testsByPromise() throws IOException {
        Map<String, List<String>> tests = new TreeMap<>();
        String[] sections = Files.readString(PROMISES).split("(?m)^### ", -1);
        for (int i = 1; i < sections.length; i++) {
            String code = sections[i].lines().findFirst().orElseThrow();
            String text = sections[i].split("(?m)^## ", -1)[0];
            List<String> named = new ArrayList<>();
            for (String bullet : text.split("(?m)^- ", -1)) {
                if (bullet.startsWith("`")) {
                    List<String> spans = spansOf(bullet).toList();
                    spans.stream().skip(1).forEach(member -> named.add(spans.get(0) + " " + member));
                }
            }
            tests.put(code, named);
        }
        return tests;
    }

    private static String proseOf(Path document) throws IOException {
        return FENCED.matcher(Files.readString(document)).replaceAll("");
    }

    /** The rows of those tables of a document whose first column has one of these headings. */
    private static Stream<String> tablesOf(Path document, String... headings) throws IOException {
        return Stream.of(proseOf(document).split("\n\n", -1))
                .filter(block -> Stream.of(headings).anyMatch(heading -> block.startsWith("| " + heading + " |")))
                .flatMap(String::lines);
    }

    private static Stream<String> firstCells(Stream<String> rows) {
        return rows.map(row -> row.split("\\|", -1)[1]);
    }

    private static Stream<String> spansOf(String text) {
        return CODE_SPAN.matcher(text).results().map(span -> span.group(1).replaceAll("\\s+", " "));
    }
}
