package dev.nettystreams.netty;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The decision whether the streams can run on a version of Netty, as messages.
 *
 * <p>A later 4.2 is accepted. A later line (4.3, 5) is refused: the streams work around defects of Netty's channels by
 * means of 4.2's internals, and a workaround that no longer fits loses bytes silently.
 *
 * @param refusal why the streams cannot run on it, or null if they can
 * @param uringRefusal why the streams cannot run on its io_uring, or null if they can
 * @param warning the known vulnerabilities of an accepted version, or null if there are none
 */
record NettyVerdict(
        @Nullable String refusal,
        @Nullable String uringRefusal,
        @Nullable String warning) {
    /** The version that the streams are tested with. */
    static final String TESTED = "4.2.18.Final";

    /** From this version on, epoll has the field that the streams' workaround for half-closed channels needs. */
    private static final Version OLDEST = new Version(4, 2, 13);

    private static final Version OLDEST_WITHOUT_WARNING = new Version(4, 2, 18);

    private static final String REMEDY = """

            Set one version for all modules of Netty:
              Maven: import io.netty:netty-bom:%1$s in <dependencyManagement>, before the BOM of Quarkus or Vert.x
              Maven, with spring-boot-starter-parent: <netty.version>%1$s</netty.version> in <properties>
              Gradle: implementation(enforcedPlatform("io.netty:netty-bom:%1$s"))
              Gradle, with Spring's dependency management: ext["netty.version"] = "%1$s\"""".formatted(TESTED);

    /** The vulnerabilities of accepted versions, each with the first version that fixes it. */
    private static final Map<String, Version> FLAWS = Map.of(
            "CVE-2026-45416 (a ClientHello of nine bytes reserves 16 MiB)", new Version(4, 2, 15),
            "CVE-2026-50010 (a plain X509TrustManager turns the check of the host name off)", new Version(4, 2, 15),
            "CVE-2026-75595 (a ClientHello in fragments gets around client certificates)", new Version(4, 2, 17),
            "CVE-2026-75596 (a ClientHello in fragments costs quadratic time)", new Version(4, 2, 17),
            "GHSA-p85m-gvr3-788c (BoringSSL's check of the host name is off on Java 25)", new Version(4, 2, 17),
            "CVE-2026-100665 (host names in QUIC, which the streams do not use)", new Version(4, 2, 18));

    private record Version(int major, int minor, int patch) implements Comparable<Version> {
        private static final Pattern SYNTAX = Pattern.compile("(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(\\D.*)?");
        private static final Comparator<Version> ORDER = Comparator.comparingInt(Version::major)
                .thenComparingInt(Version::minor)
                .thenComparingInt(Version::patch);

        static @Nullable Version parse(String text) {
            Matcher matcher = SYNTAX.matcher(text.trim());
            return matcher.matches()
                    ? new Version(
                            Integer.parseInt(matcher.group(1)),
                            Integer.parseInt(matcher.group(2)),
                            Integer.parseInt(matcher.group(3)))
                    : null;
        }

        @Override
        public int compareTo(Version other) {
            return ORDER.compare(this, other);
        }

        boolean isBefore(Version other) {
            return compareTo(other) < 0;
        }

        boolean isOfLaterLineThan(Version other) {
            return major > other.major || (major == other.major && minor > other.minor);
        }
    }

    /**
     * Decides from the self-descriptions of the modules and from the classes that exist.
     *
     * @param found the modules; a version that is not three numbers counts as unknown
     * @param lacking a class or member that the streams need and that is missing, or null if none is
     */
    static NettyVerdict of(Collection<NettyModule> found, @Nullable String lacking) {
        TreeMap<Version, List<NettyModule>> byVersion = new TreeMap<>();
        for (NettyModule module : found) {
            Version version = Version.parse(module.version());
            if (version != null) {
                byVersion.computeIfAbsent(version, any -> new ArrayList<>()).add(module);
            }
        }
        if (byVersion.isEmpty()) {
            return ofUnknown(lacking);
        }
        Version version = byVersion.firstKey();
        NettyModule example = byVersion.firstEntry().getValue().get(0);
        String name = example.version() + " (" + example.artifact() + " in " + example.location() + ")";
        if (byVersion.size() > 1) {
            return refused("modules of different versions: " + listed(byVersion));
        } else if (version.isBefore(OLDEST)) {
            return refused(name);
        } else if (version.isOfLaterLineThan(OLDEST)) {
            return refused(name + ", of a later line than 4.2, which this netty-streams does not support");
        } else if (lacking != null) {
            return refused(name + ", which lacks " + lacking);
        } else if (version.isBefore(OLDEST_WITHOUT_WARNING)) {
            return new NettyVerdict(null, uringRefusal(name), warning(version, name));
        }
        return new NettyVerdict(null, null, null);
    }

    private static NettyVerdict ofUnknown(@Nullable String lacking) {
        String name = "one that does not tell its version (META-INF/io.netty.versions.properties is missing)";
        return lacking == null
                ? new NettyVerdict(null, uringRefusal(name), null)
                : refused(name + " and lacks " + lacking);
    }

    private static NettyVerdict refused(String found) {
        String words = "netty-streams needs Netty " + TESTED + " or a later 4.2 (4.2.13 at least), and found " + found
                + "." + REMEDY;
        return new NettyVerdict(words, words, null);
    }

    private static String uringRefusal(String found) {
        return "io_uring needs Netty 4.2.18.Final or a later 4.2, since shutdownOutput of earlier ones frees memory"
                + " that the kernel reads; found " + found + "." + REMEDY;
    }

    private static String warning(Version version, String found) {
        String flaws = FLAWS.entrySet().stream()
                .filter(flaw -> version.isBefore(flaw.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .collect(Collectors.joining(", "));
        return "Netty " + found + " has known vulnerabilities, which " + TESTED + " does not have: " + flaws + "."
                + REMEDY;
    }

    private static String listed(Map<Version, List<NettyModule>> byVersion) {
        return byVersion.values().stream()
                .map(modules ->
                        modules.stream().map(NettyModule::artifact).sorted().collect(Collectors.joining(", ")) + " "
                                + modules.get(0).version() + " (in "
                                + modules.get(0).location() + ")")
                .collect(Collectors.joining("; "));
    }
}
