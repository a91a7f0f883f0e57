package dev.nettystreams.site;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The links between the pages of a site. Links to other sites are known and not followed. */
final class SiteLinks {
    private static final Pattern LINK = Pattern.compile("\\s(?:href|src)=\"([^\"]*)\"");
    private static final Pattern ANCHOR = Pattern.compile("\\s(?:id|name)=\"([^\"]*)\"");
    private static final Pattern ELSEWHERE = Pattern.compile("[a-z][a-z+.-]*:.*", Pattern.DOTALL);

    private final Path site;
    private final Map<Path, Page> pages;

    private SiteLinks(Path site, Map<Path, Page> pages) {
        this.site = site;
        this.pages = pages;
    }

    private record Page(List<String> links, Set<String> anchors) {}

    /** Reads every page of the site in a directory. */
    static SiteLinks of(Path site) throws IOException {
        Map<Path, Page> pages = new TreeMap<>();
        try (Stream<Path> files = Files.walk(site)) {
            for (Path file :
                    (Iterable<Path>) files.filter(each -> each.toString().endsWith(".html"))::iterator) {
                String text = Files.readString(file);
                pages.put(file.normalize(), new Page(all(LINK, text), new HashSet<>(all(ANCHOR, text))));
            }
        }
        return new SiteLinks(site, pages);
    }

    private static List<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1)
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&"))
                .toList();
    }

    int pageCount() {
        return pages.size();
    }

    int linkCount() {
        return pages.values().stream().mapToInt(page -> page.links().size()).sum();
    }

    /** Returns the links of a page as they are written; none if there is no such page. */
    List<String> from(String page) {
        Page found = pages.get(site.resolve(page).normalize());
        return found == null ? List.of() : found.links();
    }

    /** Returns the links to files or anchors of the site that do not exist, each with its page. */
    List<String> dead() {
        List<String> dead = new ArrayList<>();
        pages.forEach((file, page) -> {
            for (String link : new HashSet<>(page.links())) {
                if (!ELSEWHERE.matcher(link).matches() && !isAlive(file, link)) {
                    dead.add(site.relativize(file) + ": dead link: " + link);
                }
            }
        });
        return dead;
    }

    private boolean isAlive(Path from, String link) {
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? from : from.resolveSibling(decoded(path)).normalize();
        if (hash < 0 || hash == link.length() - 1) {
            return Files.exists(target);
        }
        Page page = pages.get(target);
        return page != null && page.anchors().contains(decoded(link.substring(hash + 1)));
    }

    /** A plus sign is itself in a path, unlike in a form. */
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
