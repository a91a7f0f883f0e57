package dev.nettystreams.site;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes the API site and checks it. Fails on any warning of {@code javadoc}, on a dead link inside the site, and if the
 * links to the JDK and to Netty are missing.
 *
 * <p>Not {@code -Werror}: Netty's published API documentation knows no modules, Netty's jars are modules, and
 * {@code javadoc} 17 warns of that without an option that turns it off.
 */
final class ApiSite {
    private static final Pattern EXPECTED = Pattern.compile("warning: The code being documented uses modules"
            + " but the packages defined in \\S+ are in the unnamed module.*"
            + "|\\d+ warnings?"); // their count; each of the others is printed, too

    private ApiSite() {}

    /**
     * Makes the site.
     *
     * @param arguments the directory of the site, then the options of {@code javadoc}, except {@code -d}
     */
    public static void main(String[] arguments) throws IOException {
        Locale.setDefault(Locale.ENGLISH); // the warnings' language
        Path site = Path.of(arguments[0]);
        List<String> options = new ArrayList<>(List.of(arguments).subList(1, arguments.length));
        options.addAll(List.of("-quiet", "-d", site.toString()));
        delete(site);
        List<String> faults = new ArrayList<>(warningsOf(options));
        if (faults.isEmpty()) {
            SiteLinks links = SiteLinks.of(site);
            faults.addAll(links.dead());
            faults.addAll(missing(links));
            System.out.println("API site: " + links.pageCount() + " pages, " + links.linkCount() + " links: " + site
                    + "/index.html");
        }
        faults.forEach(System.err::println);
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** A page of an earlier site could hide a dead link. */
    static void delete(Path site) throws IOException {
        if (Files.exists(site)) {
            try (Stream<Path> files = Files.walk(site)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Runs {@code javadoc} and returns what it prints under the option {@code -quiet}: warnings and errors. */
    static List<String> warningsOf(List<String> options) {
        StringWriter printed = new StringWriter();
        int status;
        try (PrintWriter writer = new PrintWriter(printed)) {
            ToolProvider javadoc = ToolProvider.findFirst("javadoc")
                    .orElseThrow(() -> new IllegalStateException("this JDK has no javadoc"));
            status = javadoc.run(writer, writer, options.toArray(new String[0]));
        }
        List<String> warnings = printed.toString()
                .lines()
                .filter(line -> !EXPECTED.matcher(line).matches())
                .toList();
        if (warnings.isEmpty() && status != 0) {
            return List.of("javadoc failed with status " + status);
        }
        return warnings;
    }

    private static List<String> missing(SiteLinks links) {
        List<String> missing = new ArrayList<>();
        require(links, "dev.nettystreams.core/dev/nettystreams/StreamReader.html", "/CompletableFuture.html", missing);
        require(
                links,
                "dev.nettystreams.transport/dev/nettystreams/netty/NettyStreams.html",
                "../../../dev.nettystreams.core/dev/nettystreams/StreamConnection.html",
                missing);
        require(
                links,
                "dev.nettystreams.transport/dev/nettystreams/netty/StreamChannelHandler.html",
                "/io/netty/channel/ChannelHandler.html",
                missing);
        require(
                links,
                "dev.nettystreams.transport/dev/nettystreams/netty/micrometer/StreamServerMetrics.html",
                "/io/micrometer/core/instrument/MeterRegistry.html",
                missing);
        require(
                links,
                "dev.nettystreams.tls/dev/nettystreams/tls/Tls.html",
                "/io/netty/handler/ssl/SslContext.html",
                missing);
        return missing;
    }

    private static void require(SiteLinks links, String page, String ending, List<String> missing) {
        if (links.from(page).stream().noneMatch(link -> link.endsWith(ending))) {
            missing.add(page + ": no link that ends with " + ending);
        }
    }
}
